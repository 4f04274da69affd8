package ecr

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutAccountSetting has the registry mount blobs of other repositories, or not (ECR-23).
func (a *API) PutAccountSetting(ctx context.Context, in *sdk.PutAccountSettingInput) (*sdk.PutAccountSettingOutput, error) {
	if err := checkSetting(*in.Name); err != nil {
		return nil, err
	}
	if *in.Value != ecr.Enabled && *in.Value != ecr.Disabled {
		return nil, invalid("value", "must be ENABLED or DISABLED") // the words are the emulator's
	}
	setting := &ecr.AccountSetting{Scope: awsapi.CallScope(ctx), Name: *in.Name, Value: *in.Value}
	return &sdk.PutAccountSettingOutput{Name: in.Name, Value: in.Value}, a.Store.Update(func(tx *store.Tx) error {
		ecr.AccountSettings.Put(tx, setting)
		return nil
	})
}

// GetAccountSetting answers whether the registry mounts blobs.
func (a *API) GetAccountSetting(ctx context.Context, in *sdk.GetAccountSettingInput) (*sdk.GetAccountSettingOutput, error) {
	if err := checkSetting(*in.Name); err != nil {
		return nil, err
	}
	value := ecr.Disabled
	if ecr.MountsBlobs(a.Store.Read(), awsapi.CallScope(ctx)) {
		value = ecr.Enabled
	}
	return &sdk.GetAccountSettingOutput{Name: in.Name, Value: aws.String(value)}, nil
}

// checkSetting refuses the settings of what is not there, and what is no setting. Source: ECR API reference,
// PutAccountSetting.
func checkSetting(name string) error {
	switch name {
	case ecr.BlobMounting:
		return nil
	case "BASIC_SCAN_TYPE_VERSION", "REGISTRY_POLICY_SCOPE":
		return awsapi.NotImplemented("ecr", "the account setting "+name)
	}
	return invalid("name", "must be BASIC_SCAN_TYPE_VERSION, REGISTRY_POLICY_SCOPE or BLOB_MOUNTING") // the words are the emulator's
}
