// Package acm answers the API of AWS Certificate Manager from stored certificates. Those that
// are requested are issued at once, by a certificate authority of the emulator's own: requesters
// need not prove that a domain is theirs.
//
// Requests are checked in AWS's order: the constraints of their members, all at once; then
// what the members say together; then what is stored.
package acm

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API works on.
type Options struct {
	Store *store.Store
	// Now is the emulator's time, and Wall is what the clocks of clients show then.
	Now  func() time.Time
	Wall func(time.Time) time.Time
	// InUse returns the ARNs of what uses a certificate. Default: nothing does.
	InUse func(tx *store.Tx, certificateARN string) []string
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API {
	if o.InUse == nil {
		o.InUse = func(*store.Tx, string) []string { return nil }
	}
	return &API{o}
}

// now is the time in milliseconds, as ACM has it.
func (a *API) now() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

func (a *API) read() *store.Tx { return a.Store.Read() }

func (a *API) update(fn func(tx *store.Tx) error) error { return a.Store.Update(fn) }

func (a *API) usersOf(tx *store.Tx, c *acm.Certificate) []string {
	return a.InUse(tx, c.ARN)
}

// find returns the certificate with an ARN.
func find(ctx context.Context, tx *store.Tx, certificateARN *string) (*acm.Certificate, error) {
	scope := awsapi.CallScope(ctx)
	if c := acm.Find(tx, scope, *certificateARN); c != nil {
		return c, nil
	}
	return nil, notFound("Could not find certificate %s in account %s.", *certificateARN, scope.Account) // ACM0001
}

// get checks an ARN and returns its certificate.
func (a *API) get(ctx context.Context, certificateARN *string) (*acm.Certificate, error) {
	return find(ctx, a.read(), certificateARN)
}

// change changes a copy of a certificate, and writes it.
func (a *API) change(ctx context.Context, certificateARN *string, change func(c *acm.Certificate) error) error {
	return a.update(func(tx *store.Tx) error {
		found, err := find(ctx, tx, certificateARN)
		if err != nil {
			return err
		}
		changed := *found
		if err := change(&changed); err != nil {
			return err
		}
		acm.Put(tx, &changed)
		return nil
	})
}
