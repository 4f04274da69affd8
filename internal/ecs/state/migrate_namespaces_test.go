package state

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/migration"
)

// Clusters of before had the ARN of a namespace that nothing had made.
func TestClustersOfBeforeGetTheirNamespaces(t *testing.T) {
	const made = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-000abcdefghijklm"
	const formatBefore = 14 // of the last version without Cloud Map
	path := filepath.Join(t.TempDir(), "state.db")
	write := func(rows *store.StoredRows) error {
		for name, row := range map[string]string{
			"web": `{"aRN":"web","createdAt":1767322000.5,"serviceConnectDefaults":{"namespace":"` + made + `"}}`,
			"bad": `{"aRN":"bad","serviceConnectDefaults":{"namespace":"arn:aws:s3:::bucket"}}`,
			"own": `{"aRN":"own"}`,
		} {
			if err := rows.Put("cluster", name, []byte(row)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, until := range [][]store.Migration{migration.All[:formatBefore-1], append(slices.Clone(migration.All[:formatBefore-1]), write)} {
		old, err := store.Open(store.Options{Path: path, Migrations: until})
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time, in the present format
		s := openAt(t, path)
		tx := s.Read()
		n := servicediscovery.FindNamespace(tx, made)
		if n == nil || n.Type != "HTTP" || n.CreatedAt.Year() != 2026 || len(servicediscovery.NamespacesNamed(tx, arn.Scope{Region: "eu-west-1", Account: "123456789012"}, "ns-000abcdefghijklm")) != 1 {
			t.Errorf("the namespace is %+v", n)
		}
		if got := aws.ToString(Clusters.Get(tx, "web").ServiceConnectDefaults.Namespace); got != made {
			t.Errorf("the cluster has %s", got)
		}
		if bad := Clusters.Get(tx, "bad").ServiceConnectDefaults; bad != nil {
			t.Errorf("a bucket is a namespace: %v", *bad.Namespace)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
