package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// errNotAuthorized refuses a request without a login, or with a wrong one.
var errNotAuthorized = errors.New("not authorized")

// errEngine ends a request by which an engine shows that it gets here.
var errEngine = errors.New("the engine gets here")

// login is who sends a request.
func (r *registry) login(req *http.Request) (ecr.Login, error) {
	user, password, ok := req.BasicAuth()
	if ok && r.OfEngine(user, password, cameOverRelay(req.Context())) {
		return ecr.Login{}, errEngine
	}
	if !ok || user != ecr.LoginUser {
		return ecr.Login{}, errNotAuthorized
	}
	login, err := r.logins.Open(password)
	if errors.Is(err, ecr.ErrNoLogin) {
		return ecr.Login{}, errNotAuthorized
	}
	if err == nil && !r.Now().Before(login.ExpiresAt()) {
		return ecr.Login{}, refuse(http.StatusForbidden, "DENIED", "Your authorization token has expired. Reauthenticate and try again.") // ECR-13
	}
	return login, err
}

// challenge has engines send their login. Without it Docker sends none (ECR-11).
func challenge(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Www-Authenticate", fmt.Sprintf("Basic realm=%q,service=%q", "http://"+req.Host+"/", "ecr.amazonaws.com"))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte("Not Authorized\n"))
}

// repository finds the repository of a path for a request that is a call of an action of ECR.
func (r *registry) repository(ctx context.Context, path, action string) (*ecr.Repository, error) {
	if err := r.fault(ctx, r.place(path), action); err != nil {
		return nil, err
	}
	return r.allowed(ctx, path, action)
}

// allowed finds the repository of a path, in which the sender of the request may do an action of ECR.
func (r *registry) allowed(ctx context.Context, path, action string) (*ecr.Repository, error) {
	place := r.place(path)
	if err := r.allow(ctx, place, action); err != nil {
		return nil, err
	}
	return find(r.Store.Read(), place)
}

// place is where the repository of a path is, which need not be there.
func (r *registry) place(path string) *ecr.Repository {
	place := &ecr.Repository{}
	place.Scope, place.Name = ecr.ReadPath(path, r.Home)
	return place
}

// find finds a repository as it is now.
func find(tx *store.Tx, place *ecr.Repository) (*ecr.Repository, error) {
	if found := ecr.Repositories.Find(tx, place.Scope, place.Name); found != nil {
		return found, nil
	}
	return nil, refuse(http.StatusNotFound, "NAME_UNKNOWN", "The repository with name '%s' does not exist in the registry with id '%s'",
		place.Name, place.Scope.Account) // ECR-13
}

// call is an action of ECR in a repository as a call of its API. A login is for all regions of its account.
func (r *registry) call(x *request, place *ecr.Repository, action string) awsapi.Call {
	call := awsapi.Call{
		Service: "ecr", Operation: action, Region: place.Scope.Region, Account: x.login.Account, Host: x.host, Secure: x.secure, From: x.from,
		RequestID: x.id, Authorize: r.Authorize,
	}
	if x.login.ARN != "" {
		call.Caller = awsapi.Caller{
			Account: x.login.Account, Region: x.login.Region, ARN: x.login.ARN, UserID: x.login.UserID, RoleARN: x.login.RoleARN,
			LongLived: x.login.Session == nil && strings.Contains(x.login.ARN, ":user/"), Session: x.login.Session,
		}
	}
	return call
}

// fault is what goes wrong with a request as a call of an action of ECR. It is asked once for a request, which is observed
// as that call.
func (r *registry) fault(ctx context.Context, place *ecr.Repository, action string) error {
	x := requestOf(ctx)
	x.action = action
	switch err := r.Faults.Of(ctx, r.call(x, place, action)); {
	case errors.Is(err, awsapi.ErrThrottled): // Source: ECR user guide, troubleshooting, for the status
		return refuse(http.StatusTooManyRequests, "TOOMANYREQUESTS", "Rate exceeded")
	case err != nil:
		return refuse(http.StatusInternalServerError, "UNKNOWN", "Service Unavailable. Please try again later.")
	}
	return nil
}

// allow refuses what the sender of the request may not do in a repository. The authorizer, if there is one, is asked first, as it
// shows what it decides; the repository's policy counts with and without it.
func (r *registry) allow(ctx context.Context, place *ecr.Repository, action string) error {
	x := requestOf(ctx)
	call := r.call(x, place, action)
	if found := ecr.Repositories.Find(r.Store.Read(), place.Scope, place.Name); found != nil {
		place = found
	}
	action = "ecr:" + action
	if err := awsapi.Allow(awsapi.NewContext(ctx, call), action, place.ARN(), nil); err != nil {
		return err
	}
	if d := place.Decide(call.PolicyPrincipal(), action, r.Now()); !d.Allowed {
		why := d.Because(action)
		if !d.Explicit {
			own := ecr.Repository{Scope: x.login.Scope(), Name: place.Name}
			why += ". In the account of this login the repository is " + x.host + "/" + own.Path(r.Home)
		}
		return refuse(http.StatusForbidden, "DENIED", "User: %s is not authorized to perform: %s on resource: %s %s",
			call.Principal(), action, place.ARN(), why) // ECR0006.4
	}
	return nil
}
