package servicediscovery

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// Operations are the operations of accounts and regions, by their ids.
	Operations = store.NewScoped("servicediscovery-operation", operationKey, func(o *Operation) string {
		return operationKey(o.Scope, o.ID)
	})
	operationAges = Operations.Ages(func(o *Operation) time.Time { return o.UpdatedAt }).AtMost(mostOperations)
)

// Operation is a change that Cloud Map makes by itself after the call that asked for it. Here all are over at once:
// SUCCESS as soon as the change is stored, or FAIL. Handlers write it.
type Operation struct {
	Scope                arn.Scope
	ID                   string
	Type                 types.OperationType
	Status               types.OperationStatus
	ErrorCode            string
	ErrorMessage         string
	Targets              map[string]string // NAMESPACE, SERVICE, INSTANCE: ids
	Namespace            string            // id of the one that it changes, or changes something of
	CreatedAt, UpdatedAt time.Time
}

func operationKey(s arn.Scope, id string) string { return prefix(s) + "operation/" + id }

// KeepOperations is how long operations are shown, and mostOperations how many. Both are choices: Cloud Map tells neither.
const (
	KeepOperations = 7 * 24 * time.Hour
	mostOperations = 10_000
)

// ForgetOperations removes the operations that ended before a time.
func ForgetOperations(tx *store.Tx, before time.Time) { operationAges.Forget(tx, before) }
