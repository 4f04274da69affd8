package secretsmanager

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Service is the Secrets Manager API.
func (a *API) Service() awsapi.Service {
	const replication = "replication, which is not there"
	return awsapi.Service{
		Name: "secretsmanager", ID: sdk.ServiceID, Title: "AWS Secrets Manager", Complete: true, Model: model,
		Access: a.access(), Tags: a.tagsOf, Policies: a.policiesOf,
		Protocol: awsapi.JSON{TargetPrefix: "secretsmanager", Codec: wire.AsIs},
		Operations: []awsapi.Operation{
			awsapi.Partial("CreateSecret", "replicas and secrets of other providers answer 501 NotImplementedException; KmsKeyId is kept without effect", a.CreateSecret),
			awsapi.Works("DescribeSecret", "also of secrets marked for deletion", a.DescribeSecret),
			awsapi.Works("ListSecrets", "filtered, sorted and in pages", a.ListSecrets),
			awsapi.Partial("UpdateSecret", "KmsKeyId is kept without effect", a.UpdateSecret),
			awsapi.Works("DeleteSecret", "after a recovery window on the emulator's clock, or at once", a.DeleteSecret),
			awsapi.Works("RestoreSecret", "within the recovery window", a.RestoreSecret),

			awsapi.Works("PutSecretValue", "moves AWSCURRENT and AWSPREVIOUS", a.PutSecretValue),
			awsapi.Works("GetSecretValue", "by name, ARN or part of an ARN; by version and staging label", a.GetSecretValue).AsksItself(),
			awsapi.Works("BatchGetSecretValue", "by names or filters", a.BatchGetSecretValue),
			awsapi.Works("ListSecretVersionIds", "the newest first, or with deprecated ones the oldest", a.ListSecretVersionIds),
			awsapi.Works("UpdateSecretVersionStage", "moves AWSPREVIOUS as well", a.UpdateSecretVersionStage),
			awsapi.Works("GetRandomPassword", "of all kinds of characters", a.GetRandomPassword),

			awsapi.Works("TagResource", "in the order in which they come", a.TagResource),
			awsapi.Works("UntagResource", "missing tags are no error", a.UntagResource),
			awsapi.Partial("PutResourcePolicy", "enforces nothing; checks only that the policy gives no public access", a.PutResourcePolicy),
			awsapi.Works("GetResourcePolicy", "as AWS prints it", a.GetResourcePolicy),
			awsapi.Works("DeleteResourcePolicy", "a missing policy is no error", a.DeleteResourcePolicy),
			awsapi.Partial("ValidateResourcePolicy", "whether it has public access", a.ValidateResourcePolicy),

			awsapi.Works("CancelRotateSecret", "of secrets without rotation", a.CancelRotateSecret),
			awsapi.Refuses("RotateSecret", "functions, which are not there", a.RotateSecret),
			awsapi.NotBuilt("ReplicateSecretToRegions", replication),
			awsapi.NotBuilt("RemoveRegionsFromReplication", replication),
			awsapi.NotBuilt("StopReplicationToReplica", replication),
		},
	}
}
