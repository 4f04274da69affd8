package secretsmanager

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

// DescribeSecret answers what there is to know about a secret but its values, also when it
// is marked for deletion.
func (a *API) DescribeSecret(ctx context.Context, in *sdk.DescribeSecretInput) (*sdk.DescribeSecretOutput, error) {
	s, err := a.readable(ctx, a.read(), in.SecretId)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeSecretOutput{
		ARN: arnOf(s), Name: &s.Name, Description: awsapi.Optional(s.Description), KmsKeyId: awsapi.Optional(s.KMSKeyID), Tags: describeTags(s.Tags),
		CreatedDate: &s.CreatedAt, LastChangedDate: &s.ChangedAt, LastAccessedDate: awsapi.OptionalTime(s.AccessedAt), DeletedDate: awsapi.OptionalTime(s.DeletedAt),
		RotationEnabled: rotation(s), VersionIdsToStages: stagesOf(s),
	}, nil
}

// listEntry is a secret in a list, which calls the staging labels something else.
func listEntry(s *secretsmanager.Secret) types.SecretListEntry {
	return types.SecretListEntry{
		ARN: arnOf(s), Name: &s.Name, Description: awsapi.Optional(s.Description), KmsKeyId: awsapi.Optional(s.KMSKeyID), Tags: describeTags(s.Tags),
		CreatedDate: &s.CreatedAt, LastChangedDate: &s.ChangedAt, LastAccessedDate: awsapi.OptionalTime(s.AccessedAt), DeletedDate: awsapi.OptionalTime(s.DeletedAt),
		RotationEnabled: rotation(s), SecretVersionsToStages: stagesOf(s),
	}
}

// rotation is absent until a call cancels the rotation (SEC0004).
func rotation(s *secretsmanager.Secret) *bool {
	if !s.RotationCancelled {
		return nil
	}
	return aws.Bool(false)
}

// stagesOf are the staging labels of the versions that have some, absent if there are none.
func stagesOf(s *secretsmanager.Secret) map[string][]string {
	var all map[string][]string
	for _, version := range s.Versions {
		if len(version.Stages) == 0 {
			continue
		}
		if all == nil {
			all = map[string][]string{}
		}
		all[version.ID] = hashorder.Sort(version.Stages)
	}
	return all
}
