package secretsmanager

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutResourcePolicy stores a policy, which has no effect.
func (a *API) PutResourcePolicy(ctx context.Context, in *sdk.PutResourcePolicyInput) (*sdk.PutResourcePolicyOutput, error) {
	public, err := checkPolicy(*in.ResourcePolicy)
	if err != nil {
		return nil, err
	}
	if public && aws.ToBool(in.BlockPublicPolicy) {
		return nil, &types.PublicPolicyException{Message: aws.String(grantsPublic)}
	}
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error {
		s.Policy = *in.ResourcePolicy
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutResourcePolicyOutput{ARN: arnOf(s), Name: &s.Name}, nil
}

// GetResourcePolicy answers the policy as AWS prints it, if there is one (SEC0006).
func (a *API) GetResourcePolicy(ctx context.Context, in *sdk.GetResourcePolicyInput) (*sdk.GetResourcePolicyOutput, error) {
	s, err := live(ctx, a.read(), in.SecretId)
	if err != nil {
		return nil, err
	}
	return &sdk.GetResourcePolicyOutput{ARN: arnOf(s), Name: &s.Name, ResourcePolicy: awsapi.Optional(policytext.Print(s.Policy))}, nil
}

// DeleteResourcePolicy removes the policy, if there is one.
func (a *API) DeleteResourcePolicy(ctx context.Context, in *sdk.DeleteResourcePolicyInput) (*sdk.DeleteResourcePolicyOutput, error) {
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error {
		s.Policy = ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.DeleteResourcePolicyOutput{ARN: arnOf(s), Name: &s.Name}, nil
}

// ValidateResourcePolicy tells whether a policy lets everybody in. AWS looks closer.
func (a *API) ValidateResourcePolicy(ctx context.Context, in *sdk.ValidateResourcePolicyInput) (*sdk.ValidateResourcePolicyOutput, error) {
	if in.SecretId != nil {
		if _, err := live(ctx, a.read(), in.SecretId); err != nil {
			return nil, err
		}
	}
	public, err := checkPolicy(*in.ResourcePolicy)
	if err != nil {
		return nil, err
	}
	out := &sdk.ValidateResourcePolicyOutput{PolicyValidationPassed: !public, ValidationErrors: []types.ValidationErrorsEntry{}}
	if public {
		out.ValidationErrors = append(out.ValidationErrors, types.ValidationErrorsEntry{
			CheckName: aws.String("BlockPublicPolicyCheck"), ErrorMessage: aws.String(grantsPublic),
		})
	}
	return out, nil
}

// grantsPublic was recorded (SEC0006).
const grantsPublic = "You can not attach a resource policy that grants Public access to your secret."

// checkPolicy refuses what is no policy, and tells whether one lets everybody in: by a
// statement that allows, for all principals, without a condition.
func checkPolicy(text string) (public bool, err error) {
	var document struct {
		Statement json.RawMessage
	}
	var statements []statement
	if err := json.Unmarshal([]byte(text), &document); err == nil && document.Statement != nil {
		if document.Statement[0] == '{' {
			document.Statement = append(append([]byte{'['}, document.Statement...), ']')
		}
		err = json.Unmarshal(document.Statement, &statements)
		if err == nil && len(statements) > 0 {
			for _, s := range statements {
				public = public || s.public()
			}
			return public, nil
		}
	}
	return false, &types.MalformedPolicyDocumentException{Message: aws.String("This resource policy contains invalid Json")} // SEC0008
}

// statement is what is looked at of a statement of a policy.
type statement struct {
	Effect    string
	Principal any
	Condition map[string]any
}

func (s statement) public() bool {
	return s.Effect == "Allow" && len(s.Condition) == 0 && everybody(s.Principal)
}

// everybody reports whether a principal, or one of a list, is a star.
func everybody(principal any) bool {
	switch p := principal.(type) {
	case string:
		return p == "*"
	case []any:
		return slices.ContainsFunc(p, everybody)
	case map[string]any:
		return everybody(p["AWS"])
	}
	return false
}
