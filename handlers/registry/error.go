package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
)

// refusal is an error as OCI's distribution API has them.
type refusal struct {
	status        int
	code, message string
}

func (e *refusal) Error() string { return e.message }

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

var (
	errBlobUnknown  = refuse(http.StatusNotFound, "BLOB_UNKNOWN", "The layer is not in the repository")
	errImageUnknown = refuse(http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found") // ECR-8
	errRange        = refuse(http.StatusRequestedRangeNotSatisfiable, "RANGE_INVALID", "The layer has no bytes in this range")
)

// refuse answers an error.
func (r *registry) refuse(w http.ResponseWriter, req *http.Request, err error) {
	x := requestOf(req.Context())
	if x.failed != nil {
		err = x.failed
	}
	if errors.Is(err, errNotAuthorized) {
		challenge(w, req)
		return
	}
	told := describe(err)
	if told == nil {
		r.Log.Error("registry request", "method", req.Method, "path", req.URL.Path, "requestId", x.id, "error", err)
		told = refuse(http.StatusInternalServerError, "UNKNOWN", "The registry has failed; its log says more of the request %s", x.id)
	}
	if a, is := w.(*answer); is && req.Method != http.MethodHead { // engines ask by HEAD what they have to push
		a.reason = told.message
	}
	if offset := (*ecr.OffsetError)(nil); errors.As(err, &offset) {
		w.Header().Set("Range", fmt.Sprintf("0-%d", max(offset.Size, 1)-1))
	}
	text, _ := json.Marshal(map[string]any{"errors": []map[string]string{{"code": told.code, "message": told.message}}})
	w.Header().Set("Content-Type", "application/json; charset=utf-8") // ECR-16
	w.Header().Del("Content-Length")
	w.WriteHeader(told.status)
	_, _ = w.Write(append(text, '\n'))
}

// describe puts an error in the words of ECR and OCI. It is nil for one that is nothing of the client's.
func describe(err error) *refusal {
	var (
		own    *refusal
		denied *awsapi.Denied
		other  *awsapi.Error
		upload *ecr.UploadNotFoundError
		offset *ecr.OffsetError
		digest *ecr.DigestError
		oci    ociregistry.Error
		status ociregistry.HTTPError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &denied):
		return refuse(http.StatusForbidden, "DENIED", "%s", denied.Error()) // ECR-16
	case errors.As(err, &other):
		return refuse(http.StatusForbidden, "DENIED", "%s", other.Message)
	case errors.As(err, &upload):
		return refuse(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "There is no upload with the id '%s'", upload.ID)
	case errors.As(err, &offset):
		return refuse(http.StatusRequestedRangeNotSatisfiable, "RANGE_INVALID", "The upload has %d bytes, and goes on there", offset.Size)
	case errors.As(err, &digest):
		return refuse(http.StatusBadRequest, "DIGEST_INVALID", "The content has the digest %s, not %.100s", digest.Found, digest.Asked)
	case errors.Is(err, ecr.ErrFull): // no 5xx, after which engines try again and tell nothing
		return refuse(http.StatusForbidden, "DENIED", "The registry is full: the disk, or what --registry-size allows")
	case errors.As(err, &oci):
		return fromOCI(err)
	case errors.As(err, &status) && status.StatusCode() < http.StatusInternalServerError:
		return refuse(status.StatusCode(), "UNSUPPORTED", "%s", errors.Unwrap(status))
	}
	return nil
}

// fromOCI is an error of ociserver, which has a status by its code.
func fromOCI(err error) *refusal {
	text, status := ociregistry.MarshalError(err)
	var wire ociregistry.WireErrors
	if json.Unmarshal(text, &wire) != nil || len(wire.Errors) != 1 || status >= http.StatusInternalServerError {
		return nil
	}
	return refuse(status, wire.Errors[0].Code_, "%s", wire.Errors[0].Message)
}
