package control

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
)

// loadList is the answer of GET /_emulator/load.
type loadList struct {
	Loads []serviceload.Load `json:"loads"`
}

// loads serves GET /_emulator/load.
func (a *api) loads(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, loadList{Loads: a.Loads.List()})
}

// setLoad serves POST /_emulator/load.
func (a *api) setLoad(w http.ResponseWriter, r *http.Request) {
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
	load, err := a.Loads.Set(wanted)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	a.Log.Info("load set", "cluster", load.Cluster, "service", load.Service, "load", load.Text())
	a.note(activity.Plain, "the tasks of service "+load.Cluster+"/"+load.Service+" share a load of "+load.Text())
	a.answer(w, http.StatusCreated, load)
}

// clearLoads serves DELETE /_emulator/load, which ends all loads, or with ?service=<service>, and perhaps
// &cluster=<cluster>, the load of one service.
func (a *api) clearLoads(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	what := "all loads are cleared"
	if len(query) == 0 {
		a.Loads.ClearAll()
	} else {
		cluster, service, err := serviceload.Names(query.Get("cluster"), query.Get("service"))
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		if !a.Loads.Clear(cluster, service) {
			Refuse(w, http.StatusNotFound, "service "+cluster+"/"+service+" has no load: 'ecs-emulator load' lists all")
			return
		}
		what = "the load of service " + cluster + "/" + service + " is cleared"
	}
	a.Log.Info("load cleared", "what", what)
	a.note(activity.Plain, what)
	a.loads(w, r)
}
