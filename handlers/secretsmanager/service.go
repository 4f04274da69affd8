package secretsmanager

import (
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/emulator/wire"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Service is the Secrets Manager API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "secretsmanager", ID: sdk.ServiceID, Title: "AWS Secrets Manager",
		Protocol: awsapi.JSON{TargetPrefix: "secretsmanager", Codec: wire.AsIs},
		Operations: []awsapi.Operation{
			awsapi.Partial("CreateSecret", "replicas answer 501 NotImplementedException; KmsKeyId is kept without effect", a.CreateSecret),
			awsapi.Works("PutSecretValue", "moves AWSCURRENT and AWSPREVIOUS", a.PutSecretValue),
			awsapi.Works("GetSecretValue", "by name, ARN or part of an ARN; by version and staging label", a.GetSecretValue),
			awsapi.Works("TagResource", "in the order in which they come", a.TagResource),
			awsapi.Works("UntagResource", "those that are not there are no error", a.UntagResource),
		},
	}
}
