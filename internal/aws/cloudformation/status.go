package cloudformation

import "strings"

// StackStatus is the status of a stack.
type StackStatus string

// Statuses of stacks.
const (
	ReviewInProgress                 StackStatus = "REVIEW_IN_PROGRESS"
	CreateInProgress                 StackStatus = "CREATE_IN_PROGRESS"
	CreateFailed                     StackStatus = "CREATE_FAILED"
	CreateComplete                   StackStatus = "CREATE_COMPLETE"
	RollbackInProgress               StackStatus = "ROLLBACK_IN_PROGRESS"
	RollbackFailed                   StackStatus = "ROLLBACK_FAILED"
	RollbackComplete                 StackStatus = "ROLLBACK_COMPLETE"
	UpdateInProgress                 StackStatus = "UPDATE_IN_PROGRESS"
	UpdateCompleteCleanupInProgress  StackStatus = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
	UpdateComplete                   StackStatus = "UPDATE_COMPLETE"
	UpdateFailed                     StackStatus = "UPDATE_FAILED"
	UpdateRollbackInProgress         StackStatus = "UPDATE_ROLLBACK_IN_PROGRESS"
	UpdateRollbackFailed             StackStatus = "UPDATE_ROLLBACK_FAILED"
	UpdateRollbackCompleteInProgress StackStatus = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
	UpdateRollbackComplete           StackStatus = "UPDATE_ROLLBACK_COMPLETE"
	DeleteInProgress                 StackStatus = "DELETE_IN_PROGRESS"
	DeleteFailed                     StackStatus = "DELETE_FAILED"
	DeleteComplete                   StackStatus = "DELETE_COMPLETE"
)

// InProgress is whether an operation is under way. A stack in review waits for its change set.
func (s StackStatus) InProgress() bool {
	return strings.HasSuffix(string(s), "_IN_PROGRESS") && s != ReviewInProgress
}

// AsWanted is whether the last operation has come to what it was asked for, or there is none to come.
func (s StackStatus) AsWanted() bool {
	switch s {
	case CreateComplete, UpdateComplete, DeleteComplete, ReviewInProgress:
		return true
	}
	return false
}

// ResourceStatus is the status of a resource.
type ResourceStatus string

// Statuses of resources. What has the empty one has not begun, and is not shown.
const (
	ResourceCreateInProgress ResourceStatus = "CREATE_IN_PROGRESS"
	ResourceCreateFailed     ResourceStatus = "CREATE_FAILED"
	ResourceCreateComplete   ResourceStatus = "CREATE_COMPLETE"
	ResourceUpdateInProgress ResourceStatus = "UPDATE_IN_PROGRESS"
	ResourceUpdateFailed     ResourceStatus = "UPDATE_FAILED"
	ResourceUpdateComplete   ResourceStatus = "UPDATE_COMPLETE"
	ResourceDeleteInProgress ResourceStatus = "DELETE_IN_PROGRESS"
	ResourceDeleteFailed     ResourceStatus = "DELETE_FAILED"
	ResourceDeleteComplete   ResourceStatus = "DELETE_COMPLETE"
	ResourceDeleteSkipped    ResourceStatus = "DELETE_SKIPPED"
)

// ConfigurationComplete is the detailed status of what has only to get stable (CFN-4, CFN-26).
const ConfigurationComplete = "CONFIGURATION_COMPLETE"
