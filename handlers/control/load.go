package control

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
)

// loadList is the answer of GET /_emulator/load.
type loadList struct {
	Loads []serviceload.Load `json:"loads"`
}

// LoadOptions are what LoadRoutes show and change.
type LoadOptions struct {
	// Loads has what tasks of services share on the simulated engine.
	Loads *serviceload.Board
	// Journal is told of each change; nil is not.
	Journal *activity.Journal
	Now     func() time.Time
	Log     *slog.Logger
}

// LoadRoutes list, set and clear the loads that tasks of services share.
func LoadRoutes(o LoadOptions) []Route {
	route := loadRoute{o}
	return []Route{
		{"load", reading, route.list},
		{"load", []string{http.MethodPost}, route.set},
		{"load", []string{http.MethodDelete}, route.clear},
	}
}

type loadRoute struct{ LoadOptions }

// list serves GET /_emulator/load.
func (o loadRoute) list(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, loadList{Loads: o.Loads.List()}, o.Log)
}

// set serves POST /_emulator/load.
func (o loadRoute) set(w http.ResponseWriter, r *http.Request) {
	var wanted serviceload.Load
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	d.DisallowUnknownFields()
	err := d.Decode(&wanted)
	if err == nil && d.Decode(&struct{}{}) != io.EOF {
		Refuse(w, http.StatusBadRequest, "the body goes on behind the load: set one load at a time")
		return
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, `the body is not a load such as {"cluster": "shop", "service": "api", "cpu": 1.5, "memory": 512, "requests": 50, "for": "10m"}: `+err.Error())
		return
	}
	load, err := o.Loads.Set(wanted)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	o.Log.Info("load set", "cluster", load.Cluster, "service", load.Service, "load", load.Text())
	note(o.Journal, o.Now(), activity.Plain, "the tasks of service "+load.Cluster+"/"+load.Service+" share a load of "+load.Text())
	answer(w, http.StatusCreated, load, o.Log)
}

// clear serves DELETE /_emulator/load, which ends all loads, or with ?service=<service>, and perhaps
// &cluster=<cluster>, the load of one service.
func (o loadRoute) clear(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	what := "all loads are cleared"
	if len(query) == 0 {
		o.Loads.ClearAll()
	} else {
		cluster, service, err := serviceload.Names(query.Get("cluster"), query.Get("service"))
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		if !o.Loads.Clear(cluster, service) {
			Refuse(w, http.StatusNotFound, "service "+cluster+"/"+service+" has no load: 'ecs-emulator load' lists all")
			return
		}
		what = "the load of service " + cluster + "/" + service + " is cleared"
	}
	o.Log.Info("load cleared", "what", what)
	note(o.Journal, o.Now(), activity.Plain, what)
	o.list(w, r)
}
