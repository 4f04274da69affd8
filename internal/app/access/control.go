// Package access decides which calls may be made: whose the keys of a request are, whether its signature is right, and what
// the policies that count for its caller allow. What a request asks stands in the rows of the services, and package policy
// decides. Here is what both need from the store.
//
//	control := &access.Control{Mode: access.Enforce, Store: store, Issuer: issuer, Now: clock.Now, Log: log}
//	options.Authenticate, options.Authorize = control.Authenticate, control.Authorize
package access

import (
	"cmp"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Mode says what becomes of decisions.
type Mode string

const (
	// Off evaluates nothing: every call may be made.
	Off Mode = "off"
	// Log evaluates everything and lets it through. Each denial is a line in the log.
	Log Mode = "log"
	// Enforce refuses what policies do not allow, and keys that were not issued here.
	Enforce Mode = "enforce"
)

// ReadMode reads the name of a mode. Empty is off.
func ReadMode(name string) (Mode, error) {
	switch m := Mode(name); m {
	case "":
		return Off, nil
	case Off, Log, Enforce:
		return m, nil
	}
	return "", fmt.Errorf("%q is no mode of access: use off, log or enforce", name)
}

// Control decides in mode Log or Enforce. In mode Off there is none.
type Control struct {
	Mode Mode
	// Caller is the ARN of the user or role as which keys act that were not issued here; see CheckCaller. Empty: they are
	// the root of the account in mode Log, and refused in mode Enforce.
	Caller string
	Store  *store.Store
	// Issuer has the secrets of keys that were issued here, and seals what EC2's refusals carry.
	Issuer *credentials.Issuer
	// Now is the time of conditions, by the emulator's clock. Signatures meet the time of the clients (AC27).
	Now func() time.Time
	// UnknownRoles lets sessions of roles that do not exist do everything.
	UnknownRoles bool
	Log          *slog.Logger
	Decisions    *Decisions

	services map[string]*awsapi.Service // by their names in ARNs
	verifier sigv4.Verifier
	grants   grants

	suppliedOnce sync.Once
	suppliedBy   func(actionPattern string) (policy.KeySet, bool)
	told         credentials.ToldARNs // of which the log has told: policies whose documents are not here, and a Caller that does not exist
}

// Serves tells which services there are: they know the tags and the policies of their resources. It is called once, before
// the first request.
func (c *Control) Serves(services []awsapi.Service) {
	c.services = map[string]*awsapi.Service{}
	for i := range services {
		s := &services[i]
		c.services[cmp.Or(s.Actions, s.Name)] = s
	}
}

// enforces reports whether refusals count.
func (c *Control) enforces() bool { return c.Mode == Enforce }

// Refuse refuses a request before policies are asked: for its signature, its keys or its web identity. It is counted. In mode
// Log it goes on, and the log tells of it.
func (c *Control) Refuse(call *awsapi.Call, err error) error {
	c.Decisions.Refused(c.counted(call))
	if c.enforces() {
		return err
	}
	c.Log.Warn("the request would be refused", "service", call.Service, "operation", call.Operation, "accessKeyId", call.AccessKeyID,
		"requestId", call.RequestID, "reason", err.Error())
	return nil
}

// counted is a call as it is counted: the operation of a request that is not verified may be one that its client made up.
func (c *Control) counted(call *awsapi.Call) decision.Call {
	for _, s := range c.services {
		if s.Name != call.Service {
			continue
		}
		for i := range s.Operations {
			if s.Operations[i].Name == call.Operation {
				return decision.Call{Service: call.Service, Operation: call.Operation}
			}
		}
		return decision.Call{Service: call.Service, Operation: unknown}
	}
	return decision.Call{Service: unknown, Operation: unknown}
}

// unknown is what services and operations are called that the emulator does not have, as in its other metrics.
const unknown = "Unknown"
