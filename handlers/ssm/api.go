// Package ssm answers for the Parameter Store of AWS Systems Manager: parameters that users
// put, the public ones that tell the ids of images, and references to
// secrets of Secrets Manager; and for Session Manager, whose targets are containers of tasks. Nothing
// else of Systems Manager is there.
//
// Requests are checked in AWS's order: the constraints of their members, all at once; then
// what the members say together; then what is stored.
package ssm

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now      func() time.Time
	Sessions *ssmsession.Kernel
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API { return &API{o} }

// now is the time in milliseconds, as Systems Manager has it.
func (a *API) now() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

func (a *API) read() *store.Tx { return a.Store.Read() }

func (a *API) update(fn func(tx *store.Tx) error) error { return a.Store.Update(fn) }

// own returns the parameter that a name or ARN means and that is the caller's.
func own(ctx context.Context, tx *store.Tx, name string) (*ssm.Parameter, error) {
	r, err := parseReference(awsapi.CallScope(ctx), name)
	if err != nil {
		return nil, err
	}
	if p := ssm.FindParameter(tx, awsapi.CallScope(ctx), r.name); p != nil && r.selector == "" && !r.foreign {
		return p, nil
	}
	return nil, notFound()
}
