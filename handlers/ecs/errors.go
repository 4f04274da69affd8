package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Errors of several operations. Source: field reports, where no fact is named.
var (
	errClusterNotFound  = &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}
	errServiceNotFound  = &types.ServiceNotFoundException{Message: aws.String("Service not found.")}
	errServiceNotActive = &types.ServiceNotActiveException{Message: aws.String("Service was not ACTIVE.")}
)

func invalidParameter(message string) error {
	return &types.InvalidParameterException{Message: aws.String(message)}
}

func clientError(message string) error {
	return &types.ClientException{Message: aws.String(message)}
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

// unsupported refuses a member of a request that the emulator knows but cannot
// follow: one that seems to succeed and has no effect would be worse.
func unsupported(member string) error {
	return invalidParameter("ecs-emulator does not support " + member + " yet; see COMPATIBILITY.md.")
}
