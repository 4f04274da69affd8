package task

// RoleNotAssumed is what ECS says of a role that does not exist or does not trust it, to
// RunTask and in a service event (ECS0150).
func RoleNotAssumed(role string) string {
	return "ECS was unable to assume the role '" + role + "' that was provided for this task. Please verify that the role being passed " +
		"has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
}
