package elasticloadbalancingv2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t elbv2.Tag) string { return t.Key }

var errReserved = invalid("Tag keys starting with 'aws:' are reserved for system use")

// withTags adds tags to others. The texts are the emulator's.
func withTags(ctx context.Context, tags elbv2.Tags, more []types.Tag) (elbv2.Tags, error) {
	seen := map[string]bool{}
	for _, tag := range more {
		switch {
		case seen[*tag.Key]:
			return nil, &types.DuplicateTagKeysException{Message: awsapi.Textf("Tag key '%s' was specified more than once", *tag.Key)}
		case tagging.Reserved(ctx, *tag.Key):
			return nil, errReserved
		}
		seen[*tag.Key] = true
		tags = tagging.With(tags, key, elbv2.Tag{Key: *tag.Key, Value: aws.ToString(tag.Value)})
	}
	if tagging.Own(tags, key) > tagging.Most {
		return nil, &types.TooManyTagsException{Message: awsapi.Textf("The resource has more than %d tags", tagging.Most)}
	}
	return tags, nil
}

// AddTags adds and replaces tags of resources.
func (a *API) AddTags(ctx context.Context, in *sdk.AddTagsInput) (*sdk.AddTagsOutput, error) {
	return &sdk.AddTagsOutput{}, a.changeTags(ctx, in.ResourceArns, func(tags elbv2.Tags) (elbv2.Tags, error) { return withTags(ctx, tags, in.Tags) })
}

func (a *API) RemoveTags(ctx context.Context, in *sdk.RemoveTagsInput) (*sdk.RemoveTagsOutput, error) {
	return &sdk.RemoveTagsOutput{}, a.changeTags(ctx, in.ResourceArns, func(tags elbv2.Tags) (elbv2.Tags, error) {
		if tagging.Fixed(ctx, tags, key, in.TagKeys) {
			return nil, errReserved
		}
		return tagging.Without(tags, key, in.TagKeys), nil
	})
}

// changeTags changes the tags of all resources, or of none.
func (a *API) changeTags(ctx context.Context, arns []string, change func(elbv2.Tags) (elbv2.Tags, error)) error {
	return a.store.Update(func(tx *store.Tx) error {
		for _, id := range arns {
			tags, put, err := tagged(tx, awsapi.CallScope(ctx), id)
			if err != nil {
				return err
			}
			if tags, err = change(tags); err != nil {
				return err
			}
			put(tags)
		}
		return nil
	})
}

// tagged returns the tags of a resource, and what writes others.
func tagged(tx *store.Tx, s arn.Scope, id string) (tags elbv2.Tags, put func(elbv2.Tags), err error) {
	switch kindOf(id) {
	case "loadbalancer":
		return tagsOf(tx, s, id, loadBalancer, elbv2.PutLoadBalancer, func(b *elbv2.LoadBalancer) *elbv2.Tags { return &b.Tags })
	case "targetgroup":
		return tagsOf(tx, s, id, targetGroup, elbv2.PutTargetGroup, func(g *elbv2.TargetGroup) *elbv2.Tags { return &g.Tags })
	case "listener":
		return tagsOf(tx, s, id, listener, elbv2.PutListener, func(l *elbv2.Listener) *elbv2.Tags { return &l.Tags })
	case "listener-rule":
		return tagsOf(tx, s, id, rule, putTaggedRule, func(r *elbv2.Rule) *elbv2.Tags { return &r.Tags })
	}
	return nil, nil, invalid("'%s' is not a valid load balancer ARN", id) // the text is the emulator's
}

func tagsOf[T any](tx *store.Tx, s arn.Scope, id string, find func(*store.Tx, arn.Scope, string) (*T, error), put func(*store.Tx, *T), of func(*T) *elbv2.Tags) (elbv2.Tags, func(elbv2.Tags), error) {
	found, err := find(tx, s, id)
	if err != nil {
		return nil, nil, err
	}
	return *of(found), func(tags elbv2.Tags) {
		changed := *found
		*of(&changed) = tags
		put(tx, &changed)
	}, nil
}

// putTaggedRule writes a rule whose tags have changed. Those of a default rule are its
// listener's.
func putTaggedRule(tx *store.Tx, r *elbv2.Rule) {
	if !r.Default() {
		elbv2.PutRule(tx, r)
		return
	}
	l := *elbv2.FindListener(tx, r.Listener)
	l.DefaultRuleTags = r.Tags
	elbv2.PutListener(tx, &l)
}

// DescribeTags answers the tags of resources, in the order in which they came (ELB0001).
func (a *API) DescribeTags(ctx context.Context, in *sdk.DescribeTagsInput) (*sdk.DescribeTagsOutput, error) {
	out := &sdk.DescribeTagsOutput{TagDescriptions: []types.TagDescription{}}
	for _, id := range in.ResourceArns {
		tags, _, err := tagged(a.store.Read(), awsapi.CallScope(ctx), id)
		if err != nil {
			return nil, err
		}
		d := types.TagDescription{ResourceArn: &id, Tags: []types.Tag{}}
		for _, t := range tags {
			d.Tags = append(d.Tags, types.Tag{Key: &t.Key, Value: &t.Value})
		}
		out.TagDescriptions = append(out.TagDescriptions, d)
	}
	return out, nil
}
