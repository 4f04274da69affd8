package registry_test

import (
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ECR-16: the policy of a repository denies at once what a login that was given before could do, and lets another
// account in.
func TestPoliciesOfRepositories(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	put := func(effect, account string) {
		t.Helper()
		if err := w.store.Update(func(tx *store.Tx) error {
			changed := *ecr.Repositories.Find(tx, home, "web")
			changed.Policy = `{"Statement":[{"Effect":"` + effect + `","Principal":{"AWS":"` + account + `"},"Action":"ecr:BatchGetImage"}]}`
			ecr.Repositories.Put(tx, &changed)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	put("Deny", account)
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusForbidden, `{"errors":[{"code":"DENIED","message":"User: arn:aws:iam::123456789012:root is not authorized `+
		`to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/web with an explicit deny in a resource-based policy"}]}`)
	put("Allow", other)
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
	w.password = w.login(ecr.Login{Account: other, Region: home.Region, Issued: w.now.UnixMilli()})
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
	w.ask(http.MethodPost, "/v2/web/blobs/uploads/", "").is(http.StatusForbidden, "because no resource-based policy allows the ecr:InitiateLayerUpload action")
}
