package servicediscovery

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	operations    = store.NewTable("servicediscovery-operation", func(o *Operation) string { return operationKey(o.Scope, o.ID) })
	operationAges = operations.Ages(func(o *Operation) time.Time { return o.UpdatedAt }).AtMost(mostOperations)
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

// FindOperation returns an operation of a scope, or nil.
func FindOperation(tx *store.Tx, s arn.Scope, id string) *Operation {
	return operations.Get(tx, operationKey(s, id))
}

func Operations(tx *store.Tx, s arn.Scope) []*Operation {
	return operations.List(tx, operationKey(s, ""))
}

func PutOperation(tx *store.Tx, o *Operation) { operations.Put(tx, o) }

// KeepOperations is how long operations are shown, and mostOperations how many. Both are choices: Cloud Map tells neither.
const (
	KeepOperations = 7 * 24 * time.Hour
	mostOperations = 10_000
)

// ForgetOperations removes the operations that ended before a time.
func ForgetOperations(tx *store.Tx, before time.Time) { operationAges.Forget(tx, before) }
