export const EmployeesPage = () => null
