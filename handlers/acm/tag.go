package acm

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

func key(t acm.Tag) string { return t.Key }

func reserved(key string) error {
	return &types.InvalidTagException{Message: aws.String("The tag key " + key + " begins with aws:, which is reserved.")}
}

// setTags adds tags to a copy of a certificate. The texts are the emulator's.
func setTags(ctx context.Context, c *acm.Certificate, tags []types.Tag) error {
	for _, t := range tags {
		if tagging.Reserved(ctx, *t.Key) {
			return reserved(*t.Key)
		}
		c.Tags = tagging.With(c.Tags, key, acm.Tag{Key: *t.Key, Value: t.Value})
	}
	if tagging.Own(c.Tags, key) > tagging.Most {
		return &types.TooManyTagsException{Message: awsapi.Textf("The certificate has more than %d tags.", tagging.Most)}
	}
	return nil
}

func (a *API) AddTagsToCertificate(ctx context.Context, in *sdk.AddTagsToCertificateInput) (*sdk.AddTagsToCertificateOutput, error) {
	return &sdk.AddTagsToCertificateOutput{}, a.change(ctx, in.CertificateArn, func(c *acm.Certificate) error { return setTags(ctx, c, in.Tags) })
}

// RemoveTagsFromCertificate removes tags, by their values as well where these are given.
func (a *API) RemoveTagsFromCertificate(ctx context.Context, in *sdk.RemoveTagsFromCertificateInput) (*sdk.RemoveTagsFromCertificateOutput, error) {
	return &sdk.RemoveTagsFromCertificateOutput{}, a.change(ctx, in.CertificateArn, func(c *acm.Certificate) error {
		for _, t := range in.Tags {
			if tagging.Fixed(ctx, c.Tags, key, []string{*t.Key}) {
				return reserved(*t.Key)
			}
			c.RemoveTag(acm.Tag{Key: *t.Key, Value: t.Value})
		}
		return nil
	})
}

func (a *API) ListTagsForCertificate(ctx context.Context, in *sdk.ListTagsForCertificateInput) (*sdk.ListTagsForCertificateOutput, error) {
	c, err := a.get(ctx, in.CertificateArn)
	if err != nil {
		return nil, err
	}
	tags := []types.Tag{}
	for _, t := range c.Tags {
		tags = append(tags, types.Tag{Key: aws.String(t.Key), Value: t.Value})
	}
	return &sdk.ListTagsForCertificateOutput{Tags: tags}, nil
}
