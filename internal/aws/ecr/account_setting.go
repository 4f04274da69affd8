package ecr

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// BlobMounting is the account setting by which a push mounts blobs of other repositories. It has one of two values.
const (
	BlobMounting = "BLOB_MOUNTING"
	Enabled      = "ENABLED"
	Disabled     = "DISABLED"
)

// AccountSettings are the settings of registries by their names.
var AccountSettings = store.NewScoped("ecr-account-setting", repositoryKey, func(s *AccountSetting) string { return repositoryKey(s.Scope, s.Name) })

// AccountSetting is a setting of a registry that was changed. The handlers of ECR's API write every field.
type AccountSetting struct {
	Scope       arn.Scope
	Name, Value string
}

// MountsBlobs reports whether a push to a registry mounts blobs of other repositories (ECR-23).
func MountsBlobs(tx *store.Tx, s arn.Scope) bool {
	setting := AccountSettings.Find(tx, s, BlobMounting)
	return setting != nil && setting.Value == Enabled
}
