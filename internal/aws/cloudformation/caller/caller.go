// Package caller calls operations in the name of a stack: as its role, or as who has made the change, in the stack's region, and with
// the right to set the system tags of its resources:
//
//	c := &caller.Caller{Client: client, Role: issuer.Role, Forward: issuer.Forward}
//	properties, err := c.Resolve(ctx, actor, properties) // {{resolve:…}}, for the request alone
//	result := t.Run(ctx, c.Call(actor), handler.Request{…, Properties: properties})
//
// It answers what templates ask of an account and region as well; see [Caller.Environment].
package caller

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const (
	// service is CloudFormation as conditions of policies call it.
	service = "cloudformation.amazonaws.com"
	// sessionName is how the sessions of stacks' roles are called (CFN-109).
	sessionName = "AWSCloudFormation"
)

// Caller calls operations for stacks.
type Caller struct {
	Client *apiclient.Client
	// Role gives keys of a role in a session of a name; see credentials.Issuer.
	Role func(scope arn.Scope, role, session string) (apiclient.Principal, error)
	// Forward gives keys by which a service goes on to act as who has called it, as awsapi.Call.Remember has it; see
	// credentials.Issuer.
	Forward func(scope arn.Scope, remembered, service string) (apiclient.Principal, error)
	// Assumes reports whether a service can assume a role for what has an ARN. Nil: it can assume each one.
	Assumes func(service, forARN, role string) bool
}

// Actor is in whose name a stack acts: its role, or without one its principal.
type Actor struct {
	Scope arn.Scope
	// StackID is the stack's ARN, empty while there is none.
	StackID string
	RoleARN string
	// Principal is who has made the change, as awsapi.Call.Remember has it: empty for the root of the account.
	Principal string
}

// principal is who calls. Keys are made for each call, as theirs would end while a stack waits.
func (c *Caller) principal(a Actor) (apiclient.Principal, error) {
	if a.RoleARN == "" {
		return c.Forward(a.Scope, a.Principal, service)
	}
	forARN := cmp.Or(a.StackID, cloudformation.StackPrefix(a.Scope))
	if c.Assumes != nil && !c.Assumes(service, forARN, a.RoleARN) {
		return apiclient.Principal{}, &apiclient.Error{
			Service: "CloudFormation", Operation: "AssumeRole", Status: http.StatusForbidden, RequestID: arn.NewUUID(),
			Code: "AccessDenied", Message: fmt.Sprintf("Role %s is invalid or cannot be assumed", a.RoleARN), // (CFN-20)
		}
	}
	return c.Role(a.Scope, a.RoleARN, sessionName)
}

// Call is how handlers of a stack's resources call operations. Its errors are as [apiclient.Client.Do] says.
func (c *Caller) Call(a Actor) handler.Call {
	return func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return c.do(apiclient.ExpectingEach(apiclient.WithSystemTags(ctx), isGone), a, op, in, out)
	}
}

// isGone is of refusals that handlers ask for, as they look whether something is still there: the log need not warn of them.
func isGone(code string) bool {
	return strings.Contains(code, "NotFound") || strings.Contains(code, "NoSuchEntity") || strings.Contains(code, "NotActive")
}

// do calls an operation in the name of an actor.
func (c *Caller) do(ctx context.Context, a Actor, op apiclient.Operation, in, out any) error {
	as, err := c.principal(a)
	if err != nil {
		return fmt.Errorf("call %s: %w", op.Name, err)
	}
	return c.Client.Do(ctx, as, op, in, out)
}
