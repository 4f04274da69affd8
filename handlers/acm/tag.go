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

// setTags adds tags to a copy of a certificate. The texts are the emulator's.
func setTags(c *acm.Certificate, tags []types.Tag) error {
	for _, t := range tags {
		if tagging.Reserved(*t.Key) {
			return &types.InvalidTagException{Message: aws.String("The tag key " + *t.Key + " begins with aws:, which is reserved.")}
		}
		c.Tags = tagging.With(c.Tags, key, acm.Tag{Key: *t.Key, Value: t.Value})
	}
	if len(c.Tags) > tagging.Most {
		return &types.TooManyTagsException{Message: awsapi.Textf("The certificate has more than %d tags.", tagging.Most)}
	}
	return nil
}

func (a *API) AddTagsToCertificate(ctx context.Context, in *sdk.AddTagsToCertificateInput) (*sdk.AddTagsToCertificateOutput, error) {
	return &sdk.AddTagsToCertificateOutput{}, a.change(ctx, in.CertificateArn, func(c *acm.Certificate) error { return setTags(c, in.Tags) })
}

// RemoveTagsFromCertificate removes tags, by their values as well where these are given.
func (a *API) RemoveTagsFromCertificate(ctx context.Context, in *sdk.RemoveTagsFromCertificateInput) (*sdk.RemoveTagsFromCertificateOutput, error) {
	return &sdk.RemoveTagsFromCertificateOutput{}, a.change(ctx, in.CertificateArn, func(c *acm.Certificate) error {
		for _, t := range in.Tags {
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
