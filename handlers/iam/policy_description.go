package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
)

// describePolicy is a policy in the answers of CreatePolicy and ListPolicies, without its
// description (IAM0004).
func describePolicy(p *iam.Policy, usage iam.Usage) types.Policy {
	count := usage[p.ARN()]
	return types.Policy{
		Arn: aws.String(p.ARN()), PolicyName: &p.Name, PolicyId: &p.ID, Path: &p.Path, DefaultVersionId: &p.Default,
		AttachmentCount: aws.Int32(int32(count.Attached)), PermissionsBoundaryUsageCount: aws.Int32(int32(count.Boundary)),
		IsAttachable: p.Attachable(), CreateDate: &p.CreatedAt, UpdateDate: &p.UpdatedAt,
	}
}

// fullPolicy is a policy in the answer of GetPolicy, with its tags even when there are
// none (IAM0004).
func fullPolicy(p *iam.Policy, usage iam.Usage) types.Policy {
	described := describePolicy(p, usage)
	described.Description = awsapi.Optional(p.Description)
	described.Tags = append([]types.Tag{}, p.Tags...)
	return described
}

// describeVersion is a version without its document (IAM0004).
func describeVersion(p *iam.Policy, v iam.PolicyVersion) types.PolicyVersion {
	return types.PolicyVersion{VersionId: &v.ID, IsDefaultVersion: v.ID == p.Default, CreateDate: &v.CreatedAt}
}
