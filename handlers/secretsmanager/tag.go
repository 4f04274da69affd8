package secretsmanager

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const maxTags = 50 // Source: Secrets Manager user guide, quotas

// setTags adds tags to a copy of a secret.
func setTags(s *secretsmanager.Secret, tags []types.Tag) error {
	for _, t := range tags {
		key := aws.ToString(t.Key)
		if key == "" || strings.HasPrefix(strings.ToLower(key), "aws:") { // the texts are the emulator's
			return invalidParameter("The tag key %q is empty, or begins with aws:, which is reserved.", key)
		}
		s.SetTag(secretsmanager.Tag{Key: key, Value: aws.ToString(t.Value)})
	}
	if len(s.Tags) > maxTags {
		return invalidParameter("The secret has more than %d tags.", maxTags)
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
	_, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error { return setTags(s, in.Tags) })
	return &sdk.TagResourceOutput{}, err
}

// UntagResource removes tags, which does not count as a change (SEC0004).
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.update(func(tx *store.Tx) error {
		found, err := live(ctx, tx, in.SecretId)
		if err != nil {
			return err
		}
		changed := *found
		for _, key := range in.TagKeys {
			changed.RemoveTag(key)
		}
		secretsmanager.PutSecret(tx, &changed)
		return nil
	})
}
