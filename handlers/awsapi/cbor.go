package awsapi

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// CBOR is Smithy RPC v2 CBOR: POST to /service/<Service>/operation/<name>.
// Source: the Smithy specification.
type CBOR struct {
	// Service is the name in paths: "GraniteServiceVersion20100801".
	Service string
	// Codec reads inputs and writes outputs. Default wire.AsIs.
	Codec *wire.Codec
	// Errors says how errors are named.
	Errors ErrorNames
}

// RPCPath begins the paths of Smithy RPC v2.
const RPCPath = "/service/"

// RPCService returns the service in a path of Smithy RPC v2, empty if it is another path.
func RPCService(path string) string {
	rest, _ := strings.CutPrefix(path, RPCPath)
	if service, operation, found := strings.Cut(rest, "/operation/"); found && len(rest) < len(path) && operation != "" {
		return service
	}
	return ""
}

func (c CBOR) of(service string) protocol {
	if c.Codec == nil {
		c.Codec = wire.AsIs
	}
	return &cborProtocol{CBOR: c, service: service}
}

type cborProtocol struct {
	CBOR
	service string
}

var _ protocol = (*cborProtocol)(nil)

const smithyCBOR = "rpc-v2-cbor"

func (c *cborProtocol) contentType() string         { return "application/cbor" }
func (c *cborProtocol) serverCode() string          { return "InternalFailure" }
func (c *cborProtocol) claims(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, RPCPath) }

// operation is the end of the path. The refusals are the emulator's.
func (c *cborProtocol) operation(x *exchange, r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", &Error{
			Code:    "UnknownOperationException",
			Message: "Operations of " + c.service + " are called with POST, not " + r.Method + ".",
			Status:  http.StatusMethodNotAllowed,
		}
	}
	if given := r.Header.Get("Smithy-Protocol"); given != smithyCBOR {
		return "", &Error{Code: "SerializationException", Message: fmt.Sprintf("The header Smithy-Protocol is %q: only %s is supported.", given, smithyCBOR)}
	}
	name, ok := strings.CutPrefix(r.URL.Path, RPCPath+c.Service+"/operation/")
	if !ok {
		x.call.Operation = r.URL.Path // for the log
		return "", c.unknown(r.URL.Path)
	}
	return name, nil
}

func (c *cborProtocol) unknown(string) error {
	return &Error{Code: "UnknownOperationException", Status: http.StatusNotFound}
}

func (c *cborProtocol) decode(x *exchange, in any) error {
	return c.Codec.UnmarshalCBOR(x.body, in, x.warnUnknown)
}

func (c *cborProtocol) encode(_ *exchange, answer *payload, out any) {
	answer.text = c.Codec.AppendCBOR(answer.text, out)
}

func (c *cborProtocol) header(h http.Header, r *http.Request, f *failure) {
	h.Set("Smithy-Protocol", smithyCBOR)
	c.Errors.header(h, r, f)
}

func (c *cborProtocol) appendFailure(buf []byte, _ *exchange, f *failure) []byte {
	return c.Codec.AppendCBOR(buf, struct {
		Type    string `wire:"__type"`
		Message string `wire:"message"`
	}{c.Errors.typeOf(f), f.message})
}

func (c *cborProtocol) words() *words { return &jsonWords }
