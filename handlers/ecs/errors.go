package ecs

import (
	"strings"

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

// unsupported refuses members of a request that the emulator knows but cannot follow:
// one that seems to succeed and has no effect would be worse. It names them all, so that
// users learn at once what they have to leave out.
func unsupported(members ...string) error {
	list := members[len(members)-1]
	if others := members[:len(members)-1]; len(others) > 0 {
		list = strings.Join(others, ", ") + " and " + list
	}
	return invalidParameter("ecs-emulator does not support " + list + " yet; see COMPATIBILITY.md.")
}
