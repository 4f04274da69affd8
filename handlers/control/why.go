package control

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// WhyOptions are what WhyRoutes answer from.
type WhyOptions struct {
	// Ask answers why what a reference fits is not as wanted; an empty one fits all that is not. The error says that it fits
	// nothing, and what there is.
	Ask func(ref, cluster string) (why.Result, error)
	Log *slog.Logger
}

// WhyRoutes tell why something is not as wanted.
func WhyRoutes(o WhyOptions) []Route { return []Route{{"why", reading, whyRoute{o}.serve}} }

type whyRoute struct{ WhyOptions }

// serve serves GET /_emulator/why?of=&cluster=.
func (o whyRoute) serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	for name := range query {
		if name != "of" && name != "cluster" {
			Refuse(w, http.StatusBadRequest, fmt.Sprintf("there is no parameter %s; there are of and cluster", name))
			return
		}
	}
	result, err := o.Ask(query.Get("of"), query.Get("cluster"))
	if err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	answer(w, http.StatusOK, result, o.Log)
}
