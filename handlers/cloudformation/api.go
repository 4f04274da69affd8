// Package cloudformation answers the API of AWS CloudFormation. Handlers write what is wanted of a stack; the controller
// makes its resources, and writes what has become of them.
//
// Texts of refusals are AWS's, from recorded answers (CFN-…) and public reports, where no comment says that they are a guess.
package cloudformation

import (
	"context"
	_ "embed"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/notbuilt"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API works on.
type Options struct {
	Store   *store.Store
	Now     func() time.Time // the emulator's time
	Objects Objects          // of TemplateURLs
	// Environment answers what templates ask of where their stack is, in the name of who acts.
	Environment func(ctx context.Context, who Actor) template.Environment
	// Types is what there is to know of types of resources.
	Types Types
	// Assumable is whether CloudFormation can assume a role. Nil: each one (CFN-20).
	Assumable func(ctx context.Context, roleARN string) bool
	// Principal is what to remember of a caller who begins an operation. Nil: its ARN, which is empty for the root of the account.
	Principal func(awsapi.Call) string
	// Way tells why there is no way to a topic of NotificationARNs; nil if there is one. A nil Way: a request that has some is refused.
	Way func(topicARN string) error
	// Told gets the events that a request makes of a stack, in its transaction. Nil: they are told no further.
	Told func(tx *store.Tx, s *cfn.Stack, events []*cfn.Event)
	// ChangeSetCreation is how long a change set is CREATE_PENDING (CFN-31, CFN-32). Default: not at all.
	ChangeSetCreation time.Duration
}

// Actor is in whose name a stack acts: its role, or without one the caller.
type Actor struct {
	Scope              arn.Scope
	RoleARN, Principal string
}

// Types is what the table of types, and what is built of them, say.
type Types interface {
	operation.Types
	change.Types
	// What is wrong by AWS's schema is told when the resource is made (CFN-114), and what is not built before.
	notbuilt.Types
	// Identifiers are the properties that tell resources of a type apart, nil if they are not known.
	Identifiers(resourceType string) []string
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API {
	if o.Assumable == nil {
		o.Assumable = func(context.Context, string) bool { return true }
	}
	if o.Principal == nil {
		o.Principal = principalOf
	}
	if o.Told == nil {
		o.Told = func(*store.Tx, *cfn.Stack, []*cfn.Event) {}
	}
	return &API{o}
}

// now is the time in milliseconds, as CloudFormation has it.
func (a *API) now() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

func principalOf(call awsapi.Call) string {
	if call.IsRoot() {
		return ""
	}
	return call.Principal()
}

// actor is who acts for a caller on a stack with a role. A role that the stack has kept may be gone meanwhile: then another one has to
// be given. Source: AWS re:Post knowledge center, "Role [role_arn] is invalid or cannot be assumed".
func (a *API) actor(ctx context.Context, role *string, stored string) (Actor, error) {
	who := Actor{Scope: awsapi.CallScope(ctx), RoleARN: stored, Principal: a.Principal(awsapi.FromContext(ctx))}
	if given := aws.ToString(role); given != "" {
		if !a.Assumable(ctx, given) {
			return Actor{}, invalid("Role ARN is invalid or cannot be assumed")
		}
		who.RoleARN = given
	} else if stored != "" && !a.Assumable(ctx, stored) {
		return Actor{}, invalid("Role %s is invalid or cannot be assumed", stored)
	}
	return who, nil
}

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{Code: "ValidationError"})
