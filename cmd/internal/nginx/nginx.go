// Package nginx has nginx as a reverse proxy, to be measured beside a load balancer.
package nginx

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Command is the command of a reverse proxy that keeps connections to its target, and its address. It keeps its files in a folder.
// The error is exec.ErrNotFound where nginx is not installed.
func Command(folder, target string) (cmd *exec.Cmd, address string, err error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, "", exec.ErrNotFound
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, "", err
	}
	config := strings.NewReplacer("DIR", folder, "AT", address, "TARGET", target).Replace(config)
	file := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, "", err
	}
	// The shell says where it is.
	return exec.Command("sh", "-c", `echo "http://$1" && exec "$2" -c "$3" -e stderr`, "sh", address, program, file), address, nil
}

const config = `daemon off;
worker_processes auto;
pid DIR/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path DIR/body;
	proxy_temp_path DIR/proxy;
	fastcgi_temp_path DIR/fastcgi;
	uwsgi_temp_path DIR/uwsgi;
	scgi_temp_path DIR/scgi;
	keepalive_requests 1000000;
	upstream target { server TARGET; keepalive 256; keepalive_requests 1000000; }
	server {
		listen AT;
		location / {
			proxy_pass http://target;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
			proxy_set_header X-Forwarded-Proto $scheme;
			proxy_set_header X-Forwarded-Port $server_port;
		}
	}
}
`
