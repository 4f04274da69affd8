package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxAttached is the quota of managed policies of a role, a user or a group. Source: IAM user guide, quotas;
// the text is from field reports.
const maxAttached = 10

// otherPartition is AWS's text about a policy of another partition (IAM0012).
const otherPartition = "Invalid ARN partition"

// attach attaches a managed policy, again without effect (IAM0003).
func (k *kind[R]) attach(ctx context.Context, a *API, name, policy *string) error {
	if err := checkAttachment(policy); err != nil {
		return err
	}
	return k.changePolicies(ctx, a, name, func(tx *store.Tx, p *iam.Permissions) error {
		arn, in := *policy, account(ctx)
		switch {
		case iam.AccountOfARN(arn).Partition != in.Partition:
			return validationError(otherPartition)
		case !attachable(tx, in, arn):
			return noSuchEntity("Policy %s does not exist or is not attachable.", arn)
		case strings.Contains(arn, ":policy/aws-service-role/"): // source of the text: field reports
			return &types.PolicyNotAttachableException{Message: aws.String("Cannot attach a Service Role Policy to a Customer Role.")}
		case slices.Contains(p.Attached, arn):
			return nil
		case len(p.Attached) == maxAttached:
			return limitExceeded("Cannot exceed quota for PoliciesPer%s: %d", k.title, maxAttached)
		}
		p.Attached = append(slices.Clone(p.Attached), arn)
		return nil
	})
}

// detach takes a managed policy away.
func (k *kind[R]) detach(ctx context.Context, a *API, name, policy *string) error {
	if err := checkAttachment(policy); err != nil {
		return err
	}
	return k.changePolicies(ctx, a, name, func(_ *store.Tx, p *iam.Permissions) error {
		i := slices.Index(p.Attached, *policy)
		if i < 0 {
			return noSuchEntity("Policy %s was not found.", *policy)
		}
		p.Attached = slices.Delete(slices.Clone(p.Attached), i, i+1)
		return nil
	})
}

// checkAttachment refuses what names no policy: a text that is no ARN in words of its own (IAM0003).
func checkAttachment(arn *string) error {
	switch {
	case strings.Count(*arn, ":") < 5:
		return validationError("Invalid ARN:  Could not be parsed!")
	case !isPolicyARN(*arn):
		return validationError("ARN %s is not valid.", *arn)
	}
	return nil
}

// attached are the managed policies of an entity, those under a path.
func attached(p *iam.Permissions, prefix *string) []types.AttachedPolicy {
	found := []types.AttachedPolicy{}
	for _, arn := range p.Attached {
		_, path, _ := strings.Cut(arn, ":policy")
		name := path[strings.LastIndexByte(path, '/')+1:]
		if under(strings.TrimSuffix(path, name), prefix) {
			found = append(found, types.AttachedPolicy{PolicyArn: &arn, PolicyName: &name})
		}
	}
	return found
}

// listAttached is the answer's part of each list of managed policies, in order of their ARNs.
func (k *kind[R]) listAttached(ctx context.Context, a *API, name, prefix, marker *string, maxItems *int32) ([]types.AttachedPolicy, bool, *string, error) {
	found, err := k.read(ctx, a, name)
	if err != nil {
		return nil, false, nil, err
	}
	arn := func(p types.AttachedPolicy) string { return *p.PolicyArn }
	return pageOf(attached(k.permissions(found), prefix), arn, marker, maxItems)
}
