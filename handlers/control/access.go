package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/leastpolicy"
)

// AccessOptions are what AccessRoutes show.
type AccessOptions struct {
	Decisions *decision.Log
	Mode      func() string // off, log or enforce
	Closing   context.Context
	Log       *slog.Logger
}

// AccessRoutes tell what was decided about callers.
func AccessRoutes(o AccessOptions) []Route {
	all := accessRoute{o}
	return []Route{
		{"access", reading, all.serve},
		{"access/policy", reading, all.servePolicy},
		{"access/{requestId}", reading, all.serveRequest},
	}
}

type accessRoute struct{ AccessOptions }

// serve serves GET /_emulator/access: the newest decisions, of which principal, action, decision and since choose some. With
// follow=true each is a line of JSON, and it goes on with those to come.
func (o accessRoute) serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	filter, err := accessFilter(query, "principal", "action", "decision", "since", "follow")
	follow := query.Get("follow")
	switch {
	case err != nil:
	case !slices.Contains([]string{"", "true", "false"}, follow):
		err = fmt.Errorf("follow is true or false, not %s", follow)
	case follow == "true" && r.Method == http.MethodHead:
		err = errors.New("a stream has no HEAD")
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if follow == "true" {
		o.follow(w, r, filter)
		return
	}
	report := decision.Report{Mode: o.Mode(), Decisions: o.Decisions.Select(filter)}
	if report.Decisions == nil {
		report.Decisions = []decision.Decision{}
	}
	total := o.Decisions.Total()
	report.Allowed, report.Denied = total.Allowed, total.Denied
	answer(w, http.StatusOK, report, o.Log)
}

// accessFilter reads the parameters that choose decisions. Others than those that are known are refused: one that is
// misspelt would choose all.
func accessFilter(query url.Values, known ...string) (f decision.Filter, err error) {
	for name := range query {
		if !slices.Contains(known, name) {
			return f, fmt.Errorf("there is no parameter %s; there are %s", name, strings.Join(known, ", "))
		}
	}
	f = decision.Filter{Principal: query.Get("principal"), Action: query.Get("action"), Decision: query.Get("decision")}
	if f.Principal != "" && !arn.Is(f.Principal) && !strings.HasSuffix(f.Principal, ".amazonaws.com") {
		return f, fmt.Errorf("principal is not an ARN such as arn:aws:iam::123456789012:role/deploy: %s", f.Principal)
	}
	if !slices.Contains([]string{"", decision.Allowed, decision.Denied}, f.Decision) {
		return f, fmt.Errorf("decision is %s or %s, not %s", decision.Allowed, decision.Denied, f.Decision)
	}
	if text := query.Get("since"); text != "" {
		if f.Since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return f, errors.New("since is not a time such as 2026-01-31T15:04:05Z: " + text)
		}
	}
	return f, nil
}

// follow sends the decisions that are kept, and those to come until the client has gone. Where a slow client misses some, a
// line {"missed": n} says how many.
func (o accessRoute) follow(w http.ResponseWriter, r *http.Request, filter decision.Filter) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	out, flush := json.NewEncoder(w), http.NewResponseController(w).Flush
	out.SetEscapeHTML(false)
	ctx, cancel := untilClosing(r.Context(), o.Closing)
	defer cancel()
	for number := uint64(0); ; {
		list, news := o.Decisions.After(number, filter)
		var err error
		if news.Missed > 0 && number > 0 {
			err = out.Encode(map[string]uint64{"missed": news.Missed})
		}
		for _, d := range list {
			err = errors.Join(err, out.Encode(d))
		}
		if errors.Join(err, flush()) != nil {
			return // a client that went away is no concern of ours
		}
		number = news.Newest
		select {
		case <-news.Changed:
		case <-ctx.Done():
			return
		}
	}
}

// serveRequest serves GET /_emulator/access/REQUEST-ID, whose last letters may be left out: how it came to the decisions about a request.
func (o accessRoute) serveRequest(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["requestId"]
	list := o.decisionsOf(id)
	switch {
	case len(list) == 0:
		Refuse(w, http.StatusNotFound, "there is no decision about a request "+id+": "+o.whyNone())
		return
	case list[0].RequestID != list[len(list)-1].RequestID:
		Refuse(w, http.StatusBadRequest, "several requests have an id that begins with "+id)
		return
	}
	report := decision.RequestReport{RequestID: list[0].RequestID}
	for _, d := range list {
		report.Decisions = append(report.Decisions, d.Explained())
	}
	answer(w, http.StatusOK, report, o.Log)
}

// shortID is how many letters of an id ps shows.
const shortID = 8

// decisionsOf are the decisions about a request by its id, or by the first eight letters at least.
func (o accessRoute) decisionsOf(id string) []decision.Decision {
	list := o.Decisions.Of(id)
	if len(list) > 0 || len(id) < shortID {
		return list
	}
	return slices.DeleteFunc(o.Decisions.Select(decision.Filter{}), func(d decision.Decision) bool { return !strings.HasPrefix(d.RequestID, id) })
}

// whyNone says why there may be no decision.
func (o accessRoute) whyNone() string {
	if o.Mode() == "off" {
		return "access is not checked (--iam=off)"
	}
	return "it has another id, asked for nothing that policies decide, or is older than the decisions that are kept"
}

// servePolicy serves GET /_emulator/access/policy: the smallest policy for what a principal has called since a time.
func (o accessRoute) servePolicy(w http.ResponseWriter, r *http.Request) {
	filter, err := accessFilter(r.URL.Query(), "principal", "since")
	if err == nil && filter.Principal == "" {
		err = errors.New("principal is missing: the ARN of a user, a role or a session")
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	list, news := o.Decisions.After(0, filter)
	if len(list) == 0 {
		why := "no calls of " + filter.Principal + " were seen"
		if o.Mode() == "off" {
			why += ": access is not checked (--iam=off)"
		}
		Refuse(w, http.StatusNotFound, why)
		return
	}
	least := leastpolicy.Of(list)
	if news.Missed > 0 {
		least.Notes = append(least.Notes, fmt.Sprintf("the first %d decisions are not kept any more: the policy lacks what only they needed", news.Missed))
	}
	answer(w, http.StatusOK, least, o.Log)
}
