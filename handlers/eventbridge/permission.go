package eventbridge

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// PutPermission adds a statement to the policy of a bus, or replaces the one with its id; with a Policy it replaces all
// of them (EVB0007).
func (a *API) PutPermission(ctx context.Context, in *sdk.PutPermissionInput) (*sdk.PutPermissionOutput, error) {
	var policy string
	err := a.changeBus(ctx, in.EventBusName, func(b *eventbridge.Bus) error {
		defer func() { policy = b.Policy }()
		if in.Policy != nil {
			if in.Action != nil || in.Principal != nil || in.StatementId != nil || in.Condition != nil {
				return invalid("Action, Principal, StatementId and Condition could not be combined with Policy parameter.")
			}
			policy, err := a.parsePolicy(b, *in.Policy)
			if err != nil {
				return err
			}
			return setPolicy(b, policy)
		}
		made, err := statementOf(b, in)
		if err != nil {
			return err
		}
		policy := policyOf(b)
		if i := slices.IndexFunc(policy, func(s statement) bool { return s.Sid == made.Sid }); i >= 0 {
			policy[i] = made
		} else {
			policy = append(policy, made)
		}
		return setPolicy(b, policy)
	})
	a.Stored.Tell(err, "of the event bus "+cmp.Or(aws.ToString(in.EventBusName), eventbridge.DefaultBus), &policy)
	return &sdk.PutPermissionOutput{}, err
}

// organizationForm matches ids of organizations. Source: AWS Organizations API reference.
var organizationForm = lazyregexp.New(`^o-[a-z0-9]{10,32}$`)

// statementOf is the statement that a request without a Policy asks for (EVB0007).
func statementOf(b *eventbridge.Bus, in *sdk.PutPermissionInput) (statement, error) {
	for _, required := range []struct {
		name  string
		value *string
	}{{"Action", in.Action}, {"Principal", in.Principal}, {"StatementId", in.StatementId}} {
		if required.value == nil {
			return statement{}, invalid("Parameter(s) %s must be specified.", required.name)
		}
	}
	if *in.Action != "events:PutEvents" {
		return statement{}, unsupported("action")
	}
	made := statement{
		Sid: *in.StatementId, Effect: "Allow",
		Action: wire.MustText(*in.Action), Resource: wire.MustText(b.ARN()), Principal: wire.MustText("*"),
	}
	if *in.Principal != "*" {
		made.Principal = wire.MustText(map[string]string{"AWS": rootOf(b, *in.Principal)})
	}
	if c := in.Condition; c != nil {
		switch {
		case *c.Type != "StringEquals":
			return statement{}, unsupported("condition.type")
		case *c.Key != "aws:PrincipalOrgID":
			return statement{}, unsupported("condition.key")
		case !organizationForm.MatchString(*c.Value):
			return statement{}, invalid("Provided value in parameter 'condition.value' is invalid.")
		}
		made.Condition = wire.MustText(map[string]map[string]string{*c.Type: {*c.Key: *c.Value}})
	}
	return made, nil
}

func unsupported(parameter string) error {
	return invalid("Provided value in parameter '%s' is not supported.", parameter)
}

// RemovePermission removes a statement of the policy of a bus, or all of them (EVB0007).
func (a *API) RemovePermission(ctx context.Context, in *sdk.RemovePermissionInput) (*sdk.RemovePermissionOutput, error) {
	return &sdk.RemovePermissionOutput{}, a.changeBus(ctx, in.EventBusName, func(b *eventbridge.Bus) error {
		switch {
		case in.RemoveAllPermissions && in.StatementId != nil:
			return invalid("StatementId could not be combined with All parameter.")
		case in.RemoveAllPermissions:
			b.Policy = ""
			return nil
		case in.StatementId == nil:
			return invalid("Parameter(s) StatementId must be specified.")
		}
		policy := policyOf(b)
		i := slices.IndexFunc(policy, func(s statement) bool { return s.Sid == *in.StatementId })
		if i < 0 {
			return notFound("Statement with the provided id does not exist.")
		}
		return setPolicy(b, slices.Delete(policy, i, i+1))
	})
}

// maxPolicy is how many characters a policy has. Source: EventBridge user guide, quotas.
const maxPolicy = 10240

// setPolicy writes the policy of a bus.
func setPolicy(b *eventbridge.Bus, policy []statement) error {
	b.Policy = ""
	if len(policy) > 0 {
		b.Policy = string(wire.MustText(document{Version: "2012-10-17", Statement: policy}))
	}
	if len(b.Policy) > maxPolicy { // the text is the emulator's
		return &types.PolicyLengthExceededException{Message: aws.String("The policy of the event bus has more than 10240 characters.")}
	}
	return nil
}
