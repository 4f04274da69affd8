package iam

import (
	"context"
	"net/http"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxPolicy is the quota of a managed policy's characters but white space. Source: IAM
// user guide, quotas; the text is from field reports.
const maxPolicy = 6144

// size counts what quotas of documents count.
func size(document string) (n int) {
	for _, r := range document {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

func checkPolicyDocument(document, partition string) error {
	if why := iam.CheckPolicy(document, partition); why != "" {
		return malformedPolicy(why)
	}
	if size(document) > maxPolicy {
		return limitExceeded("Cannot exceed quota for PolicySize: %d", maxPolicy)
	}
	return nil
}

// CreatePolicy makes a managed policy with a first version (IAM0004).
func (a *API) CreatePolicy(ctx context.Context, in *sdk.CreatePolicyInput) (*sdk.CreatePolicyOutput, error) {
	if err := checkPolicyDocument(*in.PolicyDocument, account(ctx).Partition); err != nil {
		return nil, err
	}
	tags, err := taggedPolicy.merge(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	now := a.now()
	made := &iam.Policy{
		Account: account(ctx), Name: *in.PolicyName, ID: iam.NewID(iam.PolicyID), Path: pathOrRoot(in.Path),
		Description: aws.ToString(in.Description), CreatedAt: now, UpdatedAt: now, Tags: tags,
		Versions: []iam.PolicyVersion{{ID: "v1", Document: *in.PolicyDocument, CreatedAt: now}}, Default: "v1", Made: 1,
	}
	err = a.update(func(tx *store.Tx) error {
		if iam.Policies.Find(tx, made.Account, made.Name) != nil {
			return alreadyExists("A policy called %s already exists. Duplicate names are not allowed.", made.Name)
		}
		iam.Policies.Put(tx, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.Stored.Tell(nil, made.ARN(), in.PolicyDocument)
	described := describePolicy(made, nil)
	described.Tags = in.Tags // in the order of the request (IAM0006)
	return &sdk.CreatePolicyOutput{Policy: &described}, nil
}

// policy returns the managed policy that an ARN names.
func policy(tx *store.Tx, a iam.Account, arn string) (*iam.Policy, error) {
	if err := checkExists(tx, a, arn); err != nil {
		return nil, err
	}
	if p := iam.PolicyByARN(tx, a, arn); p != nil {
		return p, nil
	}
	return nil, unknownAWSPolicy(arn)
}

// checkExists refuses an ARN that names no managed policy.
func checkExists(tx *store.Tx, a iam.Account, arn string) error {
	switch {
	case !isPolicyARN(arn):
		return invalidInput("ARN %s is not valid.", arn)
	case !attachable(tx, a, arn):
		return noSuchEntity("Policy %s was not found.", arn)
	}
	return nil
}

// unknownAWSPolicy says that a policy of AWS's own, which can be attached, cannot be shown.
func unknownAWSPolicy(arn string) error {
	return &awsapi.Error{
		Code: "NotImplementedException", Status: http.StatusNotImplemented,
		Message: "ecs-emulator does not know what " + arn + " says; it can only be attached. See " + awsapi.Page("iam") + ".",
	}
}

// GetPolicy answers a policy in full.
func (a *API) GetPolicy(ctx context.Context, in *sdk.GetPolicyInput) (*sdk.GetPolicyOutput, error) {
	tx, found, err := a.readPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	described := fullPolicy(found, iam.PolicyUsage(tx, account(ctx)))
	return &sdk.GetPolicyOutput{Policy: &described}, nil
}

// readPolicy is the start of operations that only read a policy.
func (a *API) readPolicy(ctx context.Context, arn *string) (*store.Tx, *iam.Policy, error) {
	tx := a.read()
	found, err := policy(tx, account(ctx), *arn)
	return tx, found, err
}

// changePolicy changes a copy of a policy and writes it.
func (a *API) changePolicy(ctx context.Context, arn *string, change func(p *iam.Policy) error) error {
	return a.update(func(tx *store.Tx) error {
		found, err := ownPolicy(tx, account(ctx), *arn)
		if err != nil {
			return err
		}
		changed := *found
		if err := change(&changed); err != nil {
			return err
		}
		iam.Policies.Put(tx, &changed)
		return nil
	})
}

// ownPolicy returns a policy that the account may change. AWS's own it may not; the text
// is the emulator's.
func ownPolicy(tx *store.Tx, a iam.Account, arn string) (*iam.Policy, error) {
	if iam.IsAWSPolicy(arn, a.Partition) {
		return nil, &awsapi.Error{Code: "AccessDenied", Status: http.StatusForbidden, Message: "Policy " + arn + " belongs to AWS."}
	}
	return policy(tx, a, arn)
}

// DeletePolicy removes a policy that nothing has and of which only the default version is
// left. Source of the texts: field reports.
func (a *API) DeletePolicy(ctx context.Context, in *sdk.DeletePolicyInput) (*sdk.DeletePolicyOutput, error) {
	return &sdk.DeletePolicyOutput{}, a.update(func(tx *store.Tx) error {
		found, err := ownPolicy(tx, account(ctx), *in.PolicyArn)
		if err != nil {
			return err
		}
		count := iam.PolicyUsage(tx, found.Account)[found.ARN()]
		switch {
		case count.Attached > 0 || count.Boundary > 0:
			return deleteConflict("Cannot delete a policy attached to entities.")
		case len(found.Versions) > 1:
			return deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		iam.Policies.Delete(tx, found)
		return nil
	})
}
