package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
)

// CostsRoutes tell what the run would have cost on AWS.
func CostsRoutes(report func(context.Context, bill.Wanted) (costs.Report, error), log *slog.Logger) []Route {
	return []Route{{"costs", reading, func(w http.ResponseWriter, r *http.Request) {
		wanted, err := costsWanted(r.URL.Query())
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		found, err := report(r.Context(), wanted)
		if unknown := (bill.UnknownError{}); errors.As(err, &unknown) {
			Refuse(w, http.StatusNotFound, err.Error())
			return
		}
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		answer(w, http.StatusOK, found, log)
	}}}
}

// costsWanted reads ?cluster= and ?service=, names or ARNs, ?since=, a time of the emulator's clock, and ?instance-type=.
func costsWanted(query url.Values) (w bill.Wanted, err error) {
	w = bill.Wanted{Cluster: query.Get("cluster"), Service: query.Get("service"), InstanceType: query.Get("instance-type")}
	if a, ok := arn.Parse(w.Cluster); ok {
		w.Cluster = a.Resource[0]
	}
	if a, ok := arn.Parse(w.Service); ok {
		if w.Cluster != "" && w.Cluster != a.Resource[0] {
			return w, fmt.Errorf("service is of cluster %s, and cluster is %s", a.Resource[0], w.Cluster)
		}
		w.Cluster, w.Service = a.Resource[0], arn.Name(w.Service)
	}
	if text := query.Get("since"); text != "" {
		if w.Since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return w, errors.New("since is not a time such as 2026-01-31T15:04:05Z: " + text)
		}
	}
	return w, nil
}
