package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app/awsdelays"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/app/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/app/upstream"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Core is what all modules stand on.
type Core struct {
	Settings
	Store       *store.Store
	Clock       *clock.Clock
	Client      *apiclient.Client // of the emulator's own endpoint, for what modules ask of each other
	Credentials *credentials.Issuer
	Upstream    *handlers.Upstream // nil if there is none
	Closing     context.Context    // ends when the emulator begins to close
	Journal     activity.Journal   // of what no row says
	Decisions   decision.Log       // about what callers may do
	Outages     outage.Board       // what there is no capacity of
	EngineRoom  engineroom.Board   // the engines that tasks and instances are placed on
	// PolicyStored is told of each policy that is stored. Nil: access is not decided.
	PolicyStored func(name, document string)
	// Refuse refuses a request before policies are asked; see access.Control. Nil: access is not decided.
	Refuse func(call *awsapi.Call, err error) error
	// Begun is set once the emulator works: before that, only what the engine demands is written.
	Begun bool
	// Services are the names of the APIs, as signatures have them.
	Services []string
	// Calls tells how the operations of a service are called, by its name in signatures; see [apiclient.Options].
	Calls         func(signed string) *apiclient.Service
	Announcements []Announcement
}

// Settings are what users choose for all modules; see the options of package emulator.
type Settings struct {
	Scope                  arn.Scope // of requests that are not signed
	DataDir                string    // empty: none
	StrictVPC, StrictRoles bool
	UpstreamFor            []string // services that are left to the upstream
	Log                    *slog.Logger

	Delays awsdelays.Delays
	Quotas quota.Quotas
	Rates  *quota.Rates // nil: tasks are launched at any
}

// Choices are settings that have to be read.
type Choices struct {
	Quotas          map[string]int
	LaunchRates     bool
	AWSDelays       bool
	TaskCredentials string
	Authorize       awsapi.Authorizer // nil: callers may do all that they want
}

// NewCore reads the settings. The rest of the core comes with OpenStore and OpenUpstream.
func NewCore(s Settings, o Choices, closing context.Context) (_ *Core, err error) {
	if s.Quotas, err = quota.New(o.Quotas); err != nil {
		return nil, err
	}
	if o.LaunchRates {
		s.Rates = &quota.Rates{}
	}
	if o.AWSDelays {
		s.Delays = awsdelays.Recorded()
	}
	profile, err := credentials.OpenProfile(o.TaskCredentials, s.Log)
	if err != nil {
		return nil, err
	}
	return &Core{Settings: s, Closing: closing, Credentials: &credentials.Issuer{Log: s.Log, Profile: profile, Authorize: o.Authorize}}, nil
}

// CheckSettings refuses an upstream, the services that are left to it, and a choice of credentials that cannot be.
func CheckSettings(address string, services []string, taskCredentials string) error {
	if err := upstream.Check(address, services); err != nil {
		return err
	}
	return credentials.CheckSetting(taskCredentials)
}

// Leaves reports whether a service is left to the upstream.
func (s *Settings) Leaves(service string) bool { return slices.Contains(s.UpstreamFor, service) }

// OpenUpstream finds the way to the upstream, if there is one. The emulator itself listens at own.
func (c *Core) OpenUpstream(address string, own net.Addr) (err error) {
	c.Upstream, err = upstream.Open(address, own.(*net.TCPAddr))
	return err
}

// StoreOptions say where the state is.
type StoreOptions struct {
	Speed           float64 // of the clock; negative: it stands still
	SkipDamagedRows bool
	Fault           func() error // see store.Options.Fault
}

// OpenStore opens the state and sets the clock.
func (c *Core) OpenStore(o StoreOptions) (err error) {
	where := store.Options{Stamp: c.clockStamp, Fault: o.Fault}
	if c.DataDir != "" {
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
		where.Path = filepath.Join(c.DataDir, "state.db")
	}
	if o.SkipDamagedRows {
		where.Skipped = func(why error) {
			c.Log.Error("goes on without what is damaged in the state file, because of --skip-damaged-rows", "file", where.Path, "damaged", why)
		}
	}
	if c.Store, err = state.Open(where); err != nil {
		return endpoint.ExplainInUse(err, c.DataDir)
	}
	start, err := clock.Resume(c.Store.Stamped(), time.Now())
	if err != nil {
		return fmt.Errorf("read state file %s: %w", where.Path, err)
	}
	c.Clock = clock.New(clock.Options{Start: start, Speed: o.Speed})
	c.Credentials.Store, c.Credentials.Sessions, c.Credentials.Clock = c.Store, session.New(c.Store), c.Clock
	if o.Speed < 0 { // it stands still
		return c.Clock.SetSpeed(0)
	}
	return nil
}

// clockStamp is what the state file keeps of the clock.
func (c *Core) clockStamp() []byte {
	if !c.Begun {
		return nil // the last stamp stays as it is
	}
	return c.Clock.Stamp()
}

// Stamp keeps what the clock shows for the next run.
func (c *Core) Stamp() {
	if err := c.Store.Stamp(); err != nil {
		c.Log.Error("cannot store the clock", "error", err)
	}
}

// CloseStore closes the state and ends the clock.
func (c *Core) CloseStore() (err error) {
	switch {
	case c.Store == nil:
	case c.Begun:
		err = c.Store.Close()
	default: // the start is refused
		err = c.Store.Abandon()
	}
	if c.Clock != nil {
		c.Clock.Close()
	}
	return err
}

// Occupy says in the data directory which emulator has it, as far as that can be written.
func (c *Core) Occupy(address string) {
	if c.DataDir == "" {
		return
	}
	if err := endpoint.Occupy(c.DataDir, address); err != nil {
		c.Log.Debug("cannot write which process has the data directory", "error", err)
	}
}
