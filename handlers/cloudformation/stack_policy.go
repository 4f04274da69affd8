package cloudformation

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/stackpolicy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SetStackPolicy gives a stack a policy, which says what updates may do to its resources (CFN-96, CFN-97).
func (a *API) SetStackPolicy(ctx context.Context, in *sdk.SetStackPolicyInput) (*sdk.SetStackPolicyOutput, error) {
	s, err := stackInBrackets(ctx, a.Store.Read(), *in.StackName)
	if err != nil {
		return nil, err
	}
	body, err := a.policyOf(ctx, "StackPolicy", in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	if body == "" { // a guess
		return nil, invalid("Either StackPolicyURL or StackPolicyBody must be specified.")
	}
	return &sdk.SetStackPolicyOutput{}, a.onStack(s, tokenOf{}, func(tx *store.Tx, now *cfn.Stack) error {
		if now.Deleted() {
			return cannotUpdate(now)
		}
		setPolicy(tx, now, body)
		return nil
	}, func() {})
}

// GetStackPolicy answers the policy of a stack as it was given, and nothing without one (CFN-96).
func (a *API) GetStackPolicy(ctx context.Context, in *sdk.GetStackPolicyInput) (*sdk.GetStackPolicyOutput, error) {
	s, err := stackInBrackets(ctx, a.Store.Read(), *in.StackName)
	if err != nil {
		return nil, err
	}
	return &sdk.GetStackPolicyOutput{StackPolicyBody: awsapi.Optional(s.Policy)}, nil
}

// policyOf reads the policy that a request has or names; empty if it does neither. members is what the names of the two begin
// with.
func (a *API) policyOf(ctx context.Context, members string, body, from *string) (text string, err error) {
	switch {
	case body != nil && from != nil:
		return "", invalid("You cannot specify both %sURL and %sBody", members, members)
	case body != nil:
		text = *body
	case from == nil:
		return "", nil
	default:
		if text, err = a.textAt(ctx, members+"URL", *from, "Stack policy", maxPolicy); err != nil {
			return "", err
		}
	}
	_, err = stackpolicy.Read(text)
	return text, ofTemplate(err)
}

// setPolicy writes the policy of a stack, which is the handlers'.
func setPolicy(tx *store.Tx, s *cfn.Stack, body string) {
	changed := *s
	changed.Policy = body
	cfn.PutStack(tx, &changed)
}
