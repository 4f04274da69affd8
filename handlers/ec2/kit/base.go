// Package kit has what all parts of the EC2 API need: what they work on, filters, pages, tags,
// ids, client tokens and errors.
package kit

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Scope is the account and region of a call.
func Scope(ctx context.Context) arn.Scope { return awsapi.FromContext(ctx).Scope() }

// Base is what all parts of the API work on.
type Base struct {
	Store *store.Store
	// Clock is the emulator's time.
	Clock func() time.Time
	// Strict answers that subnets and security groups which are made up do not exist.
	Strict bool
	// Engines are what instances are on; nil is one without a name.
	Engines *engineroom.Board
	// Outages are where nothing can be launched.
	Outages *outage.Board
}

// Now is the time in whole seconds, as EC2 has it.
func (b *Base) Now() time.Time { return b.Clock().UTC().Truncate(time.Second) }

// WithoutEffect is what the page of EC2 says of what is kept: no traffic goes by it.
const WithoutEffect = "kept without effect on traffic"
