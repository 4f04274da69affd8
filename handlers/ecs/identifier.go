package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

var (
	errClusterNotFound = &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}

	// errSeparators is for names with a slash and ARNs with too few or many parts.
	// Source: field reports.
	errSeparators = invalidParameter("Invalid identifier: Unexpected number of separators")
)

// parseARN reads an ARN that must be of the caller's region and of one type.
func parseARN(scope arn.Scope, ref, resourceType string) (arn.ARN, error) {
	parsed, ok := arn.Parse(ref)
	if !ok {
		return arn.ARN{}, errSeparators
	}
	if err := checkRegion(scope, parsed); err != nil {
		return arn.ARN{}, err
	}
	if parsed.Type != resourceType {
		// Source: field reports of DescribeTasks with the ARN of a cluster.
		return arn.ARN{}, invalidParameter("Unsupported resource type: " + parsed.Type)
	}
	return parsed, nil
}

// checkRegion refuses the ARN of another region. Source: field reports of
// DescribeServices, RunTask and DescribeTaskDefinition.
func checkRegion(scope arn.Scope, parsed arn.ARN) error {
	if parsed.Region != scope.Region {
		return invalidParameter("Invalid Region in ARN")
	}
	return nil
}

// missing is the failure for something that does not exist.
func missing(arn string) types.Failure {
	return types.Failure{Arn: aws.String(arn), Reason: aws.String("MISSING")}
}

// notBuilt refuses a part of an operation that the emulator does not have yet, so
// that nobody mistakes silence for success.
func notBuilt(what string) error {
	return &awsapi.Error{
		Code: "NotImplementedException", Status: 501,
		Message: "ecs-emulator does not implement " + what + " yet; see COMPATIBILITY.md.",
	}
}
