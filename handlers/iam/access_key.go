package iam

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateAccessKey makes an access key of a user, or without a name of the caller.
func (a *API) CreateAccessKey(ctx context.Context, in *sdk.CreateAccessKeyInput) (*sdk.CreateAccessKeyOutput, error) {
	draw, err := session.New(a.store).AccessKeyIDs(account(ctx).ID)
	if err != nil {
		return nil, err
	}
	var made *iam.AccessKey
	var owner *iam.User
	err = a.update(func(tx *store.Tx) (err error) {
		if owner, err = userOrCaller(ctx, tx, in.UserName); err != nil {
			return err
		}
		if len(iam.AccessKeysOf(tx, owner)) >= iam.MaxAccessKeys {
			return limitExceeded("Cannot exceed quota for AccessKeysPerUser: %d", iam.MaxAccessKeys)
		}
		made = iam.IssueAccessKey(tx, owner, iam.AccessKey{Secret: iam.NewSecret(), CreatedAt: a.now()}, draw)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CreateAccessKeyOutput{AccessKey: &types.AccessKey{
		UserName: &owner.Name, AccessKeyId: &made.ID, SecretAccessKey: &made.Secret, Status: types.StatusTypeActive, CreateDate: &made.CreatedAt,
	}}, nil
}

// ListAccessKeys answers the access keys of a user, or without a name of the caller, the oldest first.
func (a *API) ListAccessKeys(ctx context.Context, in *sdk.ListAccessKeysInput) (*sdk.ListAccessKeysOutput, error) {
	tx := a.read()
	owner, err := userOrCaller(ctx, tx, in.UserName)
	if err != nil {
		return nil, err
	}
	keys := convert(iam.AccessKeysOf(tx, owner), func(k *iam.AccessKey) types.AccessKeyMetadata {
		return types.AccessKeyMetadata{UserName: &owner.Name, AccessKeyId: &k.ID, Status: status(k), CreateDate: &k.CreatedAt}
	})
	age := func(k types.AccessKeyMetadata) string { return k.CreateDate.Format(time.RFC3339) + *k.AccessKeyId }
	out := &sdk.ListAccessKeysOutput{}
	out.AccessKeyMetadata, out.IsTruncated, out.Marker, err = pageOf(keys, age, in.Marker, in.MaxItems)
	return out, err
}

func status(k *iam.AccessKey) types.StatusType {
	if k.Inactive {
		return types.StatusTypeInactive
	}
	return types.StatusTypeActive
}

// UpdateAccessKey makes an access key active or inactive. AWS refuses Expired (IAM0014); the text is the emulator's.
func (a *API) UpdateAccessKey(ctx context.Context, in *sdk.UpdateAccessKeyInput) (*sdk.UpdateAccessKeyOutput, error) {
	if in.Status == types.StatusTypeExpired {
		return nil, invalidInput("An access key cannot be made %s.", in.Status)
	}
	return &sdk.UpdateAccessKeyOutput{}, a.changeAccessKey(ctx, in.UserName, in.AccessKeyId, func(tx *store.Tx, k *iam.AccessKey) {
		k.Inactive = in.Status == types.StatusTypeInactive
		iam.AccessKeys.Put(tx, k)
	})
}

// DeleteAccessKey removes an access key. Requests that it has signed are refused from then on.
func (a *API) DeleteAccessKey(ctx context.Context, in *sdk.DeleteAccessKeyInput) (*sdk.DeleteAccessKeyOutput, error) {
	return &sdk.DeleteAccessKeyOutput{}, a.changeAccessKey(ctx, in.UserName, in.AccessKeyId, iam.DeleteAccessKey)
}

// changeAccessKey hands a copy of an access key of a user, or without a name of the caller, to change.
func (a *API) changeAccessKey(ctx context.Context, user, id *string, change func(tx *store.Tx, k *iam.AccessKey)) error {
	return a.update(func(tx *store.Tx) error {
		owner, err := userOrCaller(ctx, tx, user)
		if err != nil {
			return err
		}
		found := iam.AccessKeys.Get(tx, *id)
		if found == nil || found.UserID != owner.ID {
			return noSuchEntity("The Access Key with id %s cannot be found.", *id)
		}
		changed := *found
		change(tx, &changed)
		return nil
	})
}

// GetAccessKeyLastUsed answers the newest use of an access key since the emulator began. One that is not there, or in
// another account, is refused as one that the caller may not ask for (IAM0014).
func (a *API) GetAccessKeyLastUsed(ctx context.Context, in *sdk.GetAccessKeyLastUsedInput) (*sdk.GetAccessKeyLastUsedOutput, error) {
	tx := a.read()
	var owner *iam.User
	if found := iam.AccessKeys.Get(tx, *in.AccessKeyId); found != nil {
		owner = iam.UserByID(tx, found.UserID)
	}
	if owner == nil || owner.Account != account(ctx) {
		return nil, &awsapi.Error{
			Code: "AccessDenied", Status: http.StatusForbidden,
			Message: "User: " + awsapi.FromContext(ctx).Principal() +
				" is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key " + *in.AccessKeyId,
		}
	}
	last := &types.AccessKeyLastUsed{ServiceName: aws.String("N/A"), Region: aws.String("N/A")}
	if use, used := a.uses.Of(*in.AccessKeyId); used {
		at := use.At.UTC().Truncate(time.Second)
		last = &types.AccessKeyLastUsed{ServiceName: &use.Service, Region: &use.Region, LastUsedDate: &at}
	}
	return &sdk.GetAccessKeyLastUsedOutput{UserName: &owner.Name, AccessKeyLastUsed: last}, nil
}
