// Package root has the access keys of root users, and the file that tells users of them.
package root

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Maker makes the access keys of root users.
type Maker struct {
	Store *store.Store
	Keys  *session.Keys
	Now   func() time.Time
}

// Make makes the keys of accounts that have none, and returns all of them in the order of the accounts.
func (m *Maker) Make(accounts []string) (list []*iam.RootKey, err error) {
	for _, account := range accounts {
		key, err := m.make(account)
		if err != nil {
			return nil, fmt.Errorf("make the access key of the root user of %s: %w", account, err)
		}
		list = append(list, key)
	}
	return list, nil
}

func (m *Maker) make(account string) (*iam.RootKey, error) {
	if found := iam.RootKeyOf(m.Store.Read(), account); found != nil {
		return found, nil
	}
	draw, err := m.Keys.AccessKeyIDs(account)
	if err != nil {
		return nil, err
	}
	made := &iam.RootKey{ID: draw(), Secret: iam.NewSecret(), Account: account, CreatedAt: m.Now().UTC().Truncate(time.Second)}
	return made, m.Store.Update(func(tx *store.Tx) error {
		iam.RootKeys.Put(tx, made)
		return nil
	})
}

// Write writes keys as AWS's shared credentials file has them: the profile default is the first account's, and
// every account has one by its number. Only the user may read the file. It is there whole, or as it was.
func Write(file string, keys []*iam.RootKey) error {
	made, err := os.CreateTemp(filepath.Dir(file), ".root-credentials-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write the root credentials: %w", err)
	}
	defer os.Remove(made.Name())
	_, err = io.WriteString(made, credentialsText(keys))
	if closing := made.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(made.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write the root credentials: %w", err)
	}
	return nil
}

func credentialsText(keys []*iam.RootKey) string {
	var b strings.Builder
	profile := func(name string, k *iam.RootKey) {
		fmt.Fprintf(&b, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n\n", name, k.ID, k.Secret)
	}
	profile("default", keys[0])
	for _, k := range keys {
		profile(k.Account, k)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
