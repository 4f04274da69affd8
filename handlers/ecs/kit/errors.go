package kit

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Errors of several operations (ECS0391). Source: field reports, where no fact is named.
var (
	ErrClusterNotFound  = &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}
	ErrServiceNotFound  = &types.ServiceNotFoundException{Message: aws.String("Service not found.")}
	ErrServiceNotActive = &types.ServiceNotActiveException{Message: aws.String("Service was not ACTIVE.")}
)

func InvalidParameter(message string) error {
	return &types.InvalidParameterException{Message: aws.String(message)}
}

func ClientError(message string) error {
	return &types.ClientException{Message: aws.String(message)}
}

// NamespaceNotFound refuses the name or ARN of a namespace that Cloud Map does not have (ECS0300), and by name one of
// another account, which may share it.
func NamespaceNotFound(scope arn.Scope, ref string) error {
	if err := CheckShared(scope, ref); err != nil {
		return err
	}
	return &types.NamespaceNotFoundException{Message: aws.String("Failed to retrieve namespace for " + ref)}
}

// CheckShared refuses what is in a namespace of another account, by its ARN.
func CheckShared(scope arn.Scope, ref string) error {
	if a, ok := arn.Parse(ref); ok && a.Account != scope.Account {
		return Unsupported("namespaces that are shared by another account")
	}
	return nil
}

// Missing is the failure for something that does not exist.
func Missing(arn string) types.Failure {
	return types.Failure{Arn: aws.String(arn), Reason: aws.String("MISSING")}
}

// page ends the refusal of an operation or a member that is not built.
var page = " yet; see " + awsapi.Page("ecs") + "."

// NotBuilt refuses a part of an operation that the emulator does not have yet, so
// that silence is not mistaken for success.
func NotBuilt(what string) error {
	return &awsapi.Error{
		Code: "NotImplementedException", Status: 501,
		Message: "ecs-emulator does not implement " + what + page,
	}
}

// Unsupported refuses members of a request that the emulator knows but cannot follow:
// one that seems to succeed and has no effect would be worse. It names them all, so that
// users learn at once what they have to leave out.
func Unsupported(members ...string) error {
	list := members[len(members)-1]
	if others := members[:len(members)-1]; len(others) > 0 {
		list = strings.Join(others, ", ") + " and " + list
	}
	return InvalidParameter("ecs-emulator does not support " + list + page)
}

// AgentsError makes a ClientException of what is a ClusterNotFoundException elsewhere; the
// agent matches it. Source: field reports; amazon-ecs-agent.
func AgentsError(err error) error {
	var notFound *types.ClusterNotFoundException
	if errors.As(err, &notFound) {
		return ClientError(aws.ToString(notFound.Message))
	}
	return err
}

// CheckMembers refuses the members of a request that its tables refuse, where there is no
// task definition to look at as well (checkSupported).
func CheckMembers[T any](plan *member.Plan[T], in *T) error {
	if paths := plan.Refused(in); len(paths) > 0 {
		return Unsupported(paths...)
	}
	return nil
}
