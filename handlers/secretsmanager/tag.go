package secretsmanager

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t secretsmanager.Tag) string { return t.Key }

func wrongKey(key string) error {
	return invalidParameter("The tag key %q is empty, or begins with aws:, which is reserved.", key)
}

// setTags adds tags to a copy of a secret. The texts are the emulator's.
func setTags(ctx context.Context, s *secretsmanager.Secret, tags []types.Tag) error {
	for _, t := range tags {
		tag := secretsmanager.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)}
		if tag.Key == "" || tagging.Reserved(ctx, tag.Key) {
			return wrongKey(tag.Key)
		}
		s.Tags = tagging.With(s.Tags, key, tag)
	}
	if tagging.Own(s.Tags, key) > tagging.Most {
		return invalidParameter("The secret has more than %d tags.", tagging.Most)
	}
	return nil
}

func describeTags(tags []secretsmanager.Tag) []types.Tag {
	if tags == nil {
		return nil
	}
	list := []types.Tag{}
	for _, t := range tags {
		list = append(list, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return list
}

// TagResource adds and replaces tags.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	_, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error { return setTags(ctx, s, in.Tags) })
	return &sdk.TagResourceOutput{}, err
}

// UntagResource removes tags, which does not count as a change (SEC0004).
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.update(func(tx *store.Tx) error {
		found, err := live(ctx, tx, in.SecretId)
		if err != nil {
			return err
		}
		if tagging.Fixed(ctx, found.Tags, key, in.TagKeys) {
			return wrongKey("aws:")
		}
		changed := *found
		changed.Tags = tagging.Without(found.Tags, key, in.TagKeys)
		secretsmanager.PutSecret(tx, &changed)
		return nil
	})
}
