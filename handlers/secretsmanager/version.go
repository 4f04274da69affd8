package secretsmanager

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// noKey is what versions say that are encrypted with AWS's own key (SEC0004).
const noKey = "DefaultEncryptionKey"

// ListSecretVersionIds answers the versions that have a staging label, the newest first, or all
// of them, the oldest first (SEC0003).
func (a *API) ListSecretVersionIds(ctx context.Context, in *sdk.ListSecretVersionIdsInput) (*sdk.ListSecretVersionIdsOutput, error) {
	s, err := secret(ctx, a.read(), in.SecretId)
	if err != nil {
		return nil, err
	}
	key := noKey
	if s.KMSKeyID != "" {
		key = s.KMSKeyID
	}
	all := aws.ToBool(in.IncludeDeprecated)
	versions := slices.DeleteFunc(slices.Clone(s.Versions), func(v secretsmanager.Version) bool { return len(v.Stages) == 0 && !all })
	part, next, err := pageOf(versions, func(v secretsmanager.Version) string { return timeKey(v.CreatedAt, v.ID) }, !all,
		in.NextToken, in.MaxResults, maxListed)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListSecretVersionIdsOutput{ARN: arnOf(s), Name: &s.Name, NextToken: next, Versions: []types.SecretVersionsListEntry{}}
	for _, v := range part {
		out.Versions = append(out.Versions, types.SecretVersionsListEntry{
			VersionId: &v.ID, VersionStages: stagesOrNone(v.Stages), CreatedDate: &v.CreatedAt,
			LastAccessedDate: awsapi.OptionalTime(v.AccessedAt), KmsKeyIds: []string{key},
		})
	}
	return out, nil
}

func stagesOrNone(stages []string) []string {
	if len(stages) == 0 {
		return nil
	}
	return hashorder.Sort(stages)
}

// UpdateSecretVersionStage moves a staging label, or removes it. What has it must be named
// (SEC0003).
func (a *API) UpdateSecretVersionStage(ctx context.Context, in *sdk.UpdateSecretVersionStageInput) (*sdk.UpdateSecretVersionStageOutput, error) {
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error { return moveStage(s, in) })
	if err != nil {
		return nil, err
	}
	return &sdk.UpdateSecretVersionStageOutput{ARN: arnOf(s), Name: &s.Name}, nil
}

func moveStage(s *secretsmanager.Secret, in *sdk.UpdateSecretVersionStageInput) error {
	stage := *in.VersionStage
	for _, id := range []*string{in.RemoveFromVersionId, in.MoveToVersionId} {
		if id != nil && s.Version(*id) < 0 {
			return notFound("Secrets Manager can't find the specified secret value for VersionId: %s", *id)
		}
	}
	if at := s.Staged(stage); at >= 0 {
		has := s.Versions[at].ID
		switch {
		case in.RemoveFromVersionId == nil && aws.ToString(in.MoveToVersionId) != has:
			return invalidParameter("The parameter RemoveFromVersionId can't be empty. Staging label %s is currently attached to version %s, "+
				"so you must explicitly reference that version in RemoveFromVersionId.", stage, has)
		case in.RemoveFromVersionId != nil && *in.RemoveFromVersionId != has: // the text is the emulator's
			return invalidParameter("Staging label %s is currently attached to version %s, and not to version %s.", stage, has, *in.RemoveFromVersionId)
		}
	}
	switch {
	case in.MoveToVersionId != nil:
		s.Attach(stage, s.Version(*in.MoveToVersionId))
	case stage == secretsmanager.Current: // source: field reports
		return invalidParameter("You can only move staging label %s to a different secret version. It can’t be completely removed.", stage)
	case in.RemoveFromVersionId == nil: // Source: Secrets Manager API reference; the text is the emulator's
		return invalidParameter("Staging label %s can only be moved: MoveToVersionId is missing.", stage)
	case !slices.Contains(s.Versions[s.Version(*in.RemoveFromVersionId)].Stages, stage): // as well
		return invalidParameter("Staging label %s is not attached to version %s.", stage, *in.RemoveFromVersionId)
	default:
		s.Detach(stage)
	}
	return nil
}
