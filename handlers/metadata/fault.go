package metadata

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// faultError is the answer of a fault that is not begun.
type faultError struct{ Error string }

type faultRequest struct {
	Port               *uint16
	Protocol           *string
	TrafficType        *string
	DelayMilliseconds  *uint64
	JitterMilliseconds *uint64
	LossPercent        *uint64
	Sources            []*string
	SourcesToFilter    []*string
	FlowsPercent       *int
}

// faults are what is missing or wrong in a request for each of them. What ends a fault or asks
// for it names less. Source: amazon-ecs-agent.
var faults = map[string]func(r *faultRequest, start bool) error{
	"network-blackhole-port": checkBlackhole,
	"network-latency":        checkLatency,
	"network-packet-loss":    checkPacketLoss,
}

// routeFaults has the paths of fault injection.
func (a *api) routeFaults(r *mux.Router, at string) {
	for name, check := range faults {
		for _, verb := range []string{"start", "stop", "status"} {
			r.HandleFunc(at+"/fault/v1/"+name+"/"+verb, a.fault(check, verb == "start")).Methods(http.MethodPost)
		}
	}
}

// fault refuses a fault with what is missing: in the request, in the task definition, or in
// the emulator, which injects none yet.
func (a *api) fault(check func(*faultRequest, bool) error, start bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, err := a.checkFault(r, check, start)
		if err == nil {
			status, err = http.StatusBadRequest, errors.New("ecs-emulator does not inject network faults yet: nothing has been changed")
		}
		a.answer(w, status, faultError{err.Error()})
	}
}

func (a *api) checkFault(r *http.Request, check func(*faultRequest, bool) error, start bool) (status int, err error) {
	var request faultRequest
	switch err := json.NewDecoder(r.Body).Decode(&request); {
	case errors.Is(err, io.EOF):
		if start || r.ContentLength > 0 {
			return http.StatusBadRequest, errors.New("required request body is missing")
		}
	case err != nil:
		return http.StatusBadRequest, err
	}
	if err := check(&request, start); err != nil {
		return http.StatusBadRequest, err
	}
	c, found := a.ownByID(r)
	switch {
	case !found:
		return http.StatusNotFound, fmt.Errorf("unable to lookup container: %s", mux.Vars(r)["id"])
	case c.definition == nil || !aws.ToBool(c.definition.EnableFaultInjection):
		return http.StatusBadRequest, fmt.Errorf("enableFaultInjection is not enabled for task: %s", c.task.ARN)
	case c.networkMode() != types.NetworkModeAwsvpc && c.networkMode() != types.NetworkModeHost:
		//lint:ignore ST1005 these are the words of the container agent
		return http.StatusBadRequest, fmt.Errorf("%s mode is not supported. Please use either host or awsvpc mode.", c.networkMode())
	}
	return 0, nil
}

func checkBlackhole(r *faultRequest, _ bool) error {
	switch {
	case r.Port == nil:
		return missing("Port")
	case aws.ToString(r.Protocol) == "":
		return missing("Protocol")
	case aws.ToString(r.TrafficType) == "":
		return missing("TrafficType")
	case *r.Protocol != "tcp" && *r.Protocol != "udp":
		return invalid("Protocol", *r.Protocol)
	case *r.TrafficType != "ingress" && *r.TrafficType != "egress":
		return invalid("TrafficType", *r.TrafficType)
	}
	return nil
}

func checkLatency(r *faultRequest, start bool) error {
	switch {
	case !start:
		return nil
	case r.DelayMilliseconds == nil:
		return missing("DelayMilliseconds")
	case r.JitterMilliseconds == nil:
		return missing("JitterMilliseconds")
	case *r.DelayMilliseconds == 0 && *r.JitterMilliseconds == 0:
		return errors.New("required either DelayMilliseconds or JitterMilliseconds to be non-zero")
	}
	return checkReach(r)
}

func checkPacketLoss(r *faultRequest, start bool) error {
	switch {
	case !start:
		return nil
	case r.LossPercent == nil:
		return missing("LossPercent")
	case *r.LossPercent < 1 || *r.LossPercent > 100:
		return invalid("LossPercent", fmt.Sprint(*r.LossPercent))
	}
	return checkReach(r)
}

// checkReach looks at what a fault is to concern.
func checkReach(r *faultRequest) error {
	if len(r.Sources) == 0 {
		return missing("Sources")
	}
	for parameter, addresses := range map[string][]*string{"Sources": r.Sources, "SourcesToFilter": r.SourcesToFilter} {
		for _, at := range addresses {
			if !isAddress(aws.ToString(at)) {
				return invalid(parameter, aws.ToString(at))
			}
		}
	}
	if p := r.FlowsPercent; p != nil && (*p < 1 || *p > 100) {
		return invalid("FlowsPercent", fmt.Sprint(*p))
	}
	return nil
}

// isAddress reports whether text is an address or a range of them.
func isAddress(text string) bool {
	_, address := netip.ParseAddr(text)
	_, block := netip.ParsePrefix(text)
	return address == nil || block == nil
}

func missing(parameter string) error {
	return fmt.Errorf("required parameter %s is missing", parameter)
}

func invalid(parameter, value string) error {
	return fmt.Errorf("invalid value %s for parameter %s", value, parameter)
}
