package iam

import (
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
)

// escaped is a document as answers have it. Source: IAM API reference, "URL-encoded
// compliant with RFC 3986".
func escaped(document string) *string {
	return aws.String(strings.ReplaceAll(url.QueryEscape(document), "+", "%20"))
}

// describeRole is what every answer has of a role (IAM0001).
func describeRole(r *iam.Role) types.Role {
	return types.Role{
		Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: aws.String(r.ARN()), CreateDate: &r.CreatedAt,
		AssumeRolePolicyDocument: escaped(r.TrustPolicy),
	}
}

// listedRole is a role in the answer of ListRoles, without tags and boundary (IAM0001).
func listedRole(r *iam.Role) types.Role {
	described := describeRole(r)
	described.Description, described.MaxSessionDuration = awsapi.Optional(r.Description), &r.MaxSessionDuration
	return described
}

// fullRole is a role in the answer of GetRole. That it was never used is an empty
// structure (IAM0001).
func fullRole(r *iam.Role) types.Role {
	described := listedRole(r)
	described.PermissionsBoundary = boundary(&r.Permissions)
	described.Tags = someTags(r.Tags)
	described.RoleLastUsed = &types.RoleLastUsed{}
	return described
}

// boundary has the type that was recorded (IAM0003); the API reference has another.
func boundary(p *iam.Permissions) *types.AttachedPermissionsBoundary {
	if p.PermissionsBoundary == "" {
		return nil
	}
	return &types.AttachedPermissionsBoundary{
		PermissionsBoundaryArn:  &p.PermissionsBoundary,
		PermissionsBoundaryType: "Policy",
	}
}
