package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// request is what a page knows of a request that is answered at once.
func (c *Console) request(r *http.Request, to *found) (*page.Request, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, page.Invalid("the query of the address cannot be read: %v", err)
	}
	asked := c.newRequest(to, query)
	asked.Context = r.Context()
	asked.Output = func(of []page.Container, tail int) ([]page.Line, error) {
		return readOnce(r.Context(), c.Sources, of, tail)
	}
	return asked, c.choose(asked)
}

// newRequest is a request of the rows as they are now.
func (c *Console) newRequest(to *found, query url.Values) *page.Request {
	asked := &page.Request{
		Scope: c.Scope, Default: c.Scope, Query: query, ReadOnly: c.ReadOnly, Path: to.path, Vars: to.vars, Sources: c.Sources,
	}
	asked.Tx, asked.Now = c.Sources.Store.Read(), c.Sources.Clock.Now()
	return asked
}

// choose finds out whose things are to be shown. Without a choice that is the scope of requests that are not signed, or if
// nothing is there, the only one in which something is.
func (c *Console) choose(r *page.Request) error {
	there := scopes(r.Tx)
	if len(there) == 1 && there[0] != c.Scope {
		r.Default = there[0]
	}
	r.Scope = r.Default
	if region := r.Query.Get("region"); region != "" {
		r.Scope.Region = region
	}
	if account := r.Query.Get("account"); account != "" {
		r.Scope.Account = account
	}
	switch {
	case strings.Trim(r.Scope.Region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return page.Invalid("region=%s is no region, such as eu-central-1", r.Scope.Region)
	case len(r.Scope.Account) != 12 || strings.Trim(r.Scope.Account, "0123456789") != "":
		return page.Invalid("account=%s is no account: it has twelve digits", r.Scope.Account)
	}
	return nil
}

// scopes are the accounts and regions that have a cluster which is not only there because a client looked.
func scopes(tx *store.Tx) (there []arn.Scope) {
	for _, cluster := range state.Clusters.All(tx) {
		if scope := cluster.Scope(); cluster.Active() && !slices.Contains(there, scope) && inUse(tx, cluster) {
			there = append(there, scope)
		}
	}
	return there
}

// inUse looks at the counts first: of a cluster with tasks that run there is no need to list them.
func inUse(tx *store.Tx, c *state.Cluster) bool {
	counts := state.FindClusterSummary(tx, c.ARN)
	return counts.Running()+counts.Pending()+counts.ActiveServices()+counts.ContainerInstances > 0 || !c.Unused(tx)
}
