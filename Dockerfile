# The emulator as an image: one static binary, which `make image` builds on the
# host first, so that building the image needs no network.
FROM scratch
LABEL ecs-emulator.kind=image
COPY bin/image/ecs-emulator /ecs-emulator
ENV ECS_EMULATOR_LISTEN=0.0.0.0:4577
EXPOSE 4577
# No --start-interval: the builder of Docker 20.10 refuses flags that it does not know.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["/ecs-emulator", "health"]
ENTRYPOINT ["/ecs-emulator"]
CMD ["serve"]
