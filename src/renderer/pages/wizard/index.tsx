export const WizardPage = () => null
