package ec2

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// instanceProfile finds the instance profile that a launch names by its ARN or its name;
// without a role it is of no use. Source of the texts: field reports.
func instanceProfile(tx *store.Tx, scope arn.Scope, named *types.LaunchTemplateIamInstanceProfileSpecification) (*types.IamInstanceProfile, error) {
	if named == nil {
		return nil, nil
	}
	asked, name := aws.ToString(named.Arn), aws.ToString(named.Name)
	if named.Arn != nil && named.Name != nil {
		return nil, refuse("InvalidParameterCombination", "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'")
	}
	if named.Arn != nil {
		name = arn.Name(asked)
	}
	p := iam.InstanceProfiles.Find(tx, iam.AccountOf(scope), name)
	switch {
	case named.Arn != nil && (p == nil || p.ARN() != asked):
		return nil, refuse("InvalidParameterValue", "Value (%s) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN", asked)
	case p == nil:
		return nil, refuse("InvalidParameterValue", "Value (%s) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name", name)
	case p.Role == "":
		return nil, refuse("InvalidParameterValue", "IAM Instance Profile \"%s\" has no associated IAM Roles", p.ARN())
	}
	return &types.IamInstanceProfile{Arn: aws.String(p.ARN()), Id: &p.ID}, nil
}

// ProfileRole is the ARN of the role that a named instance profile hands to instances; empty if there is none.
func ProfileRole(tx *store.Tx, scope arn.Scope, named *types.LaunchTemplateIamInstanceProfileSpecification) string {
	if named == nil {
		return ""
	}
	account := iam.AccountOf(scope)
	p := iam.InstanceProfiles.Find(tx, account, cmp.Or(aws.ToString(named.Name), arn.Name(aws.ToString(named.Arn))))
	if p == nil {
		return ""
	}
	if r := iam.Roles.Find(tx, account, p.Role); r != nil {
		return r.ARN()
	}
	return ""
}
