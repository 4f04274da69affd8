package bill

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// ReadWanted reads ?cluster= and ?service=, names or ARNs, ?since=, a time of the emulator's clock, and ?instance-type=.
func ReadWanted(query url.Values) (w Wanted, err error) {
	w = Wanted{Cluster: query.Get("cluster"), Service: query.Get("service"), InstanceType: query.Get("instance-type")}
	if a, ok := arn.Parse(w.Cluster); ok {
		w.Cluster, w.Scope = a.Resource[0], a.Scope
	}
	if a, ok := arn.Parse(w.Service); ok {
		if w.Cluster != "" && w.Cluster != a.Resource[0] {
			return w, fmt.Errorf("service is of cluster %s, and cluster is %s", a.Resource[0], w.Cluster)
		}
		if w.Scope != (arn.Scope{}) && w.Scope != a.Scope {
			return w, fmt.Errorf("service is of account %s in %s, and cluster is of account %s in %s", a.Account, a.Region, w.Scope.Account, w.Scope.Region)
		}
		w.Cluster, w.Service, w.Scope = a.Resource[0], arn.Name(w.Service), a.Scope
	}
	if text := query.Get("since"); text != "" {
		if w.Since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return w, errors.New("since is not a time such as 2026-01-31T15:04:05Z: " + text)
		}
	}
	return w, nil
}

// isIn reports whether a cluster is in the account and region that is wanted.
func (w *Wanted) isIn(clusterARN string) bool {
	return w.Scope == (arn.Scope{}) || arn.ScopeOf(clusterARN) == w.Scope
}
